import { render } from 'preact';
import { App } from './app.tsx';
import { pageKey } from './page-key.ts';
import { readFeed } from './read-feed.ts';

const place = document.getElementById('app') as HTMLElement;
const say = (text: string) => render(<p class="notice">{text}</p>, place);
let isShown = false;
say('Opening…');
try {
  await readFeed(await pageKey(), {
    onFeed: (feed) => {
      isShown = true;
      render(<App feed={feed} />, place);
    },
    onProgress: (lines) => {
      if (!isShown) say(`Running the recording… ${lines.toLocaleString('en')} lines`);
    },
  });
} catch (error) {
  say((error as Error).message);
}
