import { connect } from 'node:net';
import { ports } from './panel';

/** The server's answer to RCPT TO, on the port that takes mail from outside. */
export function recipientCode(address: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const socket = connect(ports.smtp as number, '127.0.0.1');
		const say = ['EHLO probe.example', 'MAIL FROM:<probe@elsewhere.example>', `RCPT TO:<${address}>`, 'QUIT'];
		const codes: number[] = [];
		let text = '';
		socket.setTimeout(15_000, () => socket.destroy(new Error('no answer')));
		socket.on('error', reject);
		socket.on('data', (data) => {
			text += data.toString('ascii');
			// The last line of an answer has a space behind its code.
			for (let m = /^(\d{3}) .*\r\n/m.exec(text); m; m = /^(\d{3}) .*\r\n/m.exec(text)) {
				text = text.slice((m.index ?? 0) + m[0].length);
				codes.push(Number(m[1]));
				const next = say.shift();
				if (next) socket.write(`${next}\r\n`);
			}
		});
		socket.on('close', () => (codes.length > 3 ? resolve(codes[3] as number) : reject(new Error(`only ${codes}`))));
	});
}
