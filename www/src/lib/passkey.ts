import type { Schemas } from '../api/client';

// Passkeys of the browser. The library comes with the first use.

type Challenge = Schemas['PasskeyChallenge'];
export type Answer = Schemas['PasskeyAnswer'];

export const canUsePasskeys = (): boolean => typeof PublicKeyCredential !== 'undefined';

/** Nobody chose a passkey, or the page asked anew: nothing to be told. */
export function wasCancelled(e: unknown): boolean {
	return e instanceof Error && (e.name === 'NotAllowedError' || e.name === 'AbortError');
}

/** Asks for a passkey; with `autofill` it waits in the field of the name. */
export async function askPasskey(c: Challenge, autofill = false): Promise<Answer> {
	const { startAuthentication } = await import('@simplewebauthn/browser');
	const got = await startAuthentication({
		optionsJSON: {
			challenge: c.challenge,
			rpId: c.rp_id,
			timeout: c.timeout_s * 1000,
			userVerification: 'required',
			allowCredentials: c.keys.map((id) => ({ id, type: 'public-key' })),
		},
		useBrowserAutofill: autofill,
	});
	return {
		id: got.id,
		client_data: got.response.clientDataJSON,
		auth_data: got.response.authenticatorData,
		signature: got.response.signature,
		user_handle: got.response.userHandle ?? null,
	};
}

export async function stopAutofill(): Promise<void> {
	const { WebAuthnAbortService } = await import('@simplewebauthn/browser');
	WebAuthnAbortService.cancelCeremony();
}

export async function canAutofill(): Promise<boolean> {
	if (!canUsePasskeys()) return false;
	const { browserSupportsWebAuthnAutofill } = await import('@simplewebauthn/browser');
	return browserSupportsWebAuthnAutofill();
}

const base64url = (text: string) =>
	btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Makes one; `handle` tells the person when nobody said a name. */
export async function makePasskey(c: Challenge, handle: string, login: string) {
	const { startRegistration } = await import('@simplewebauthn/browser');
	const made = await startRegistration({
		optionsJSON: {
			challenge: c.challenge,
			rp: { id: c.rp_id, name: 'Postroom' },
			user: { id: base64url(handle), name: login, displayName: login },
			pubKeyCredParams: [-7, -8, -257].map((alg) => ({ alg, type: 'public-key' })),
			timeout: c.timeout_s * 1000,
			attestation: 'none',
			excludeCredentials: c.keys.map((id) => ({ id, type: 'public-key' })),
			authenticatorSelection: {
				residentKey: 'required',
				requireResidentKey: true,
				userVerification: 'required',
			},
		},
	});
	return {
		client_data: made.response.clientDataJSON,
		attestation: made.response.attestationObject,
	};
}
