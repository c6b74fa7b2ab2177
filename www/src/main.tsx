import './styles/tokens.css';
import './styles/base.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { watchConnection } from './api/connection';
import { loadSession } from './api/loadSession';
import { App } from './app/App';
import { firstLang, setLang } from './i18n';
import { loadReasons } from './i18n/reasons';

const root = document.getElementById('root');
if (root) {
	watchConnection();
	void loadSession();
	await setLang(firstLang());
	createRoot(root).render(
		<StrictMode>
			<App />
		</StrictMode>,
	);
	void loadReasons();
}
