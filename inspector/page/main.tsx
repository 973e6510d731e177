import { render } from 'preact';
import { Recording } from '../recording/recording.ts';
import { App } from './app.tsx';
import { fetchRecording } from './fetch-recording.ts';

const place = document.getElementById('app') as HTMLElement;
render(<p class="notice">Running the recording…</p>, place);
try {
  const { title, entries } = await fetchRecording();
  render(<App title={title} recording={new Recording(entries)} />, place);
} catch (error) {
  render(<p class="notice">{(error as Error).message}</p>, place);
}
