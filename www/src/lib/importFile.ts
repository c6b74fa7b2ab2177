// The file that was chosen last, so that its first rows can be shown beside
// the columns; a page that is loaded anew has the server's copy only.

let kept: { id: number; file: File } | null = null;

export function keepFile(id: number, file: File): void {
	kept = { id, file };
}

const HEAD = 256 * 1024;

/** The first bytes of it, or null. */
export async function headOf(id: number): Promise<ArrayBuffer | null> {
	if (kept?.id !== id) return null;
	return kept.file.slice(0, HEAD).arrayBuffer();
}
