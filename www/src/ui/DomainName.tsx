/** The name as people write it, with the other form where they differ. */
export function DomainName({ d }: { d: { name: string; name_unicode: string } }) {
	return d.name === d.name_unicode ? (
		<span className="mono">{d.name}</span>
	) : (
		<>
			{d.name_unicode} <span className="mono muted">{d.name}</span>
		</>
	);
}
