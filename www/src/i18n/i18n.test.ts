import { beforeAll, describe, expect, it } from 'vitest';
import { en as enFirst } from './en';
import { en as enAudit } from './en.audit';
import { en as enMore } from './en.publishing';
import { ja as jaFirst } from './ja';
import { ja as jaAudit } from './ja.audit';
import { ja as jaMore } from './ja.publishing';
import { loadReasons, reasonTable, reasonText } from './reasons';
import { stepTable, stepText } from './steps';

const en = { ...enFirst, ...enMore, ...enAudit };
const ja = { ...jaFirst, ...jaMore, ...jaAudit };

const sample = (w: unknown): string =>
	typeof w === 'function' ? (w as (...a: unknown[]) => string)('x', 'y', 'z') : String(w);

describe('words', () => {
	it('are the same keys in both languages', () => {
		expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort());
	});

	it('stand in one file each', () => {
		const first = new Set(Object.keys(enFirst));
		expect(Object.keys(enMore).filter((k) => first.has(k))).toEqual([]);
		const both = new Set([...first, ...Object.keys(enMore)]);
		expect(Object.keys(enAudit).filter((k) => both.has(k))).toEqual([]);
	});

	it('are nowhere empty', () => {
		for (const dict of [en, ja]) {
			for (const [key, words] of Object.entries(dict)) {
				if (key !== 'error.title') expect(sample(words), key).not.toBe('');
			}
		}
	});

	it('take the same number of values, or fewer where a language needs fewer', () => {
		for (const [key, words] of Object.entries(en)) {
			const other = ja[key as keyof typeof ja];
			expect(typeof other, key).toBe(typeof words);
		}
	});

	it('are Japanese where they are not a name, a sign or a number', () => {
		const same = new Set(['address.short', 'value.none', 'diff.serial', 'version.of']);
		for (const [key, words] of Object.entries(ja)) {
			if (same.has(key) || key === 'error.title' || key === 'error.help') continue;
			expect(sample(words), key).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
		}
	});
});

describe('reasons', () => {
	beforeAll(loadReasons);

	it('have words in both languages', () => {
		for (const [code, r] of Object.entries(reasonTable)) {
			const item = { field: 'f', reason: code, subject: 'taro@example.jp', text: 'at least 10' };
			expect(reasonText(item, 'en'), code).not.toBe('');
			expect(reasonText(item, 'ja'), code).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
			expect(r.en).toBeDefined();
		}
	});

	it('fill in the subject', () => {
		const item = {
			field: 'address',
			reason: 'address_taken',
			subject: 'taro@example.jp',
			text: '',
		};
		expect(reasonText(item, 'en')).toBe('taro@example.jp is taken already.');
		expect(reasonText(item, 'ja')).toBe('taro@example.jp はすでに使われています。');
	});

	it('name the network that was meant', () => {
		const item = {
			field: 'network',
			reason: 'host_bits_set',
			subject: '10.0.0.1/8',
			text: 'host bits are set; the network would be 10.0.0.0/8',
		};
		expect(reasonText(item, 'en')).toContain('The network is 10.0.0.0/8.');
	});

	it('show the code where there are no words', () => {
		const item = { field: '', reason: 'moon_phase', subject: '', text: '' };
		expect(reasonText(item, 'en')).toContain('moon_phase');
		expect(reasonText(item, 'ja')).toContain('moon_phase');
	});
});

describe('steps of an explanation', () => {
	it('have words in both languages, with the subject in them or without', () => {
		for (const code of Object.keys(stepTable)) {
			for (const subject of ['taro@example.jp', '']) {
				expect(stepText(code, subject, 'en'), code).not.toMatch(/undefined|null/);
				expect(stepText(code, subject, 'ja'), code).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
			}
		}
	});

	it('show the code where there are no words', () => {
		expect(stepText('moon_phase', 'taro@example.jp', 'en')).toBe('moon_phase: taro@example.jp');
	});
});
