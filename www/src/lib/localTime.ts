// A datetime-local input knows no zone: it shows the reader's own.

const two = (n: number) => String(n).padStart(2, '0');

export function toLocalTime(iso: string): string {
	const d = new Date(iso);
	return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

export function fromLocalTime(local: string): string {
	return new Date(local).toISOString();
}
