import { type Server, type Socket, connect, createServer } from 'node:net';
import { connect as secure } from 'node:tls';
import { ports } from './panel';

// Mail as the people and hosts around the panel see it: sent by SMTP, read by
// IMAP, and taken by a host outside. A client has the address that a test
// gives it; all of 127/8 is this machine.

const SMTP = /^\d{3} .*\r\n/m;
const IMAP = /^x .*\r\n/m;

function port(name: string): number {
	const number = ports[name];
	if (!number) throw new Error(`no port ${name} is known: run the tests by scripts/lib/panel-tests`);
	return number;
}

/** One conversation with a server; an answer ends with a line like `last`. */
class Talk {
	private text = '';
	private news: () => void = () => undefined;
	private ended = false;

	constructor(
		private socket: Socket,
		private readonly last: RegExp,
	) {
		this.listen();
	}

	static to(name: string, last: RegExp, source = '127.0.0.1'): Talk {
		const where = { host: '127.0.0.1', port: port(name), localAddress: source };
		return new Talk(
			name === 'imaps' ? secure({ ...where, rejectUnauthorized: false }) : connect(where),
			last,
		);
	}

	private listen(): void {
		this.socket.setTimeout(15_000, () => this.socket.destroy(new Error('no answer')));
		this.socket.on('data', (data) => {
			this.text += data.toString('latin1');
			this.news();
		});
		this.socket.on('error', () => undefined);
		this.socket.on('close', () => {
			this.ended = true;
			this.news();
		});
	}

	async answer(last = this.last): Promise<string> {
		for (;;) {
			const found = last.exec(this.text);
			if (found) {
				const end = found.index + found[0].length;
				const answer = this.text.slice(0, end);
				this.text = this.text.slice(end);
				return answer;
			}
			if (this.ended) throw new Error(`it hung up: ${this.text}`);
			await new Promise<void>((done) => {
				this.news = done;
			});
		}
	}

	async say(line: string): Promise<string> {
		this.socket.write(`${line}\r\n`);
		return this.answer();
	}

	/** The code of an SMTP answer. */
	async code(line: string): Promise<number> {
		return Number((await this.say(line)).slice(0, 3));
	}

	/** An SMTP command that must be taken. */
	async must(line: string): Promise<void> {
		const answer = await this.say(line);
		if (!/^[23]/.test(answer)) throw new Error(`${line}: ${answer}`);
	}

	async startTls(): Promise<void> {
		await this.must('STARTTLS');
		this.socket.removeAllListeners();
		this.socket = secure({ socket: this.socket, rejectUnauthorized: false });
		this.listen();
	}

	end(): void {
		this.socket.destroy();
	}
}

/** Has a conversation with SMTP, from its greeting on. */
async function smtp<R>(name: string, source: string, work: (talk: Talk) => Promise<R>): Promise<R> {
	const talk = Talk.to(name, SMTP, source);
	try {
		await talk.answer();
		await talk.must('EHLO probe.example');
		return await work(talk);
	} finally {
		talk.end();
	}
}

async function data(talk: Talk, subject: string): Promise<void> {
	await talk.must('DATA');
	await talk.must(`From: <probe@elsewhere.example>\r\nSubject: ${subject}\r\n\r\ntext\r\n.`);
}

/** The server's answer to RCPT TO, on the port that takes mail from outside. */
export function recipientCode(address: string, source?: string): Promise<number> {
	return smtp('smtp', source ?? '127.0.0.1', async (talk) => {
		await talk.must('MAIL FROM:<probe@elsewhere.example>');
		return talk.code(`RCPT TO:<${address}>`);
	});
}

/** A message without sign-in; fails where it is refused. */
export function send(address: string, subject: string, source?: string): Promise<void> {
	return smtp('smtp', source ?? '127.0.0.1', async (talk) => {
		await talk.must('MAIL FROM:<probe@elsewhere.example>');
		await talk.must(`RCPT TO:<${address}>`);
		await data(talk, subject);
	});
}

/** A message by a person who signs in on the submission port. */
export function submit(
	login: string,
	password: string,
	address: string,
	subject: string,
	source: string,
): Promise<void> {
	return smtp('submission', source, async (talk) => {
		await talk.startTls();
		await talk.must('EHLO probe.example');
		const proof = Buffer.from(`\0${login}\0${password}`).toString('base64');
		await talk.must(`AUTH PLAIN ${proof}`);
		await talk.must(`MAIL FROM:<${login}>`);
		await talk.must(`RCPT TO:<${address}>`);
		await data(talk, subject);
	});
}

/** Whether a message lies in the inbox, read by IMAP. */
export async function hasMail(login: string, password: string, subject: string): Promise<boolean> {
	const talk = Talk.to('imaps', IMAP);
	const must = async (line: string) => {
		const answer = await talk.say(`x ${line}`);
		if (!/^x OK/m.test(answer)) throw new Error(`${line.split(' ')[0]}: ${answer}`);
		return answer;
	};
	try {
		await talk.answer(/^\* OK .*\r\n/m);
		await must(`LOGIN "${login}" "${password}"`);
		await must('SELECT INBOX');
		return /^\* SEARCH \d/m.test(await must(`SEARCH SUBJECT "${subject}"`));
	} finally {
		talk.end();
	}
}

/** The rest of the world: takes every message that leaves. */
export class Outside {
	private readonly taken: string[] = [];
	private server?: Server;

	async open(): Promise<void> {
		const server = createServer((socket) => this.serve(socket));
		this.server = server;
		await new Promise<void>((done, failed) => {
			server.once('error', failed);
			server.listen(port('outside'), '127.0.0.1', done);
		});
	}

	close(): void {
		this.server?.close();
	}

	/** Whether a message came for the address. */
	has(address: string, subject: string): boolean {
		return this.taken.some(
			(t) => t.includes(`RCPT TO:<${address}>`) && t.includes(`\r\nSubject: ${subject}\r\n`),
		);
	}

	private serve(socket: Socket): void {
		let text = '';
		let seen = 0;
		let inData = false;
		socket.on('error', () => undefined);
		socket.write('220 outside.test\r\n');
		socket.on('data', (piece) => {
			text += piece.toString('latin1');
			for (let end = text.indexOf('\r\n', seen); end >= 0; end = text.indexOf('\r\n', seen)) {
				const line = text.slice(seen, end);
				seen = end + 2;
				if (inData && line !== '.') continue;
				if (inData) {
					this.taken.push(text.slice(0, end));
					text = text.slice(seen);
					seen = 0;
				}
				inData = line === 'DATA';
				socket.write(inData ? '354 go on\r\n' : '250 taken\r\n');
				if (line === 'QUIT') socket.end();
			}
		});
	}
}
