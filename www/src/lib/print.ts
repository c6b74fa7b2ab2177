/** Prints one part of the page: the rest hides itself (styles/base.css). */
export function printPart(part: Element | null): void {
	if (!part) return;
	document.documentElement.setAttribute('data-printing', '');
	part.setAttribute('data-print', '');
	const tidy = () => {
		document.documentElement.removeAttribute('data-printing');
		part.removeAttribute('data-print');
		removeEventListener('afterprint', tidy);
	};
	addEventListener('afterprint', tidy);
	print();
}
