/** The page of Stately that draws what it is told. */
export const STATELY_ORIGIN = 'https://stately.ai';

/**
 * A page that shows Stately's inspector in a frame and hands it what this session tells. The frame asks for it when it
 * is ready, and anew when it was loaded again. The key in the fragment stays in this tab.
 */
export const bridgePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Signalbox in Stately's inspector</title>
<style>
  html, body { margin: 0; height: 100% }
  iframe { width: 100%; height: 100%; border: 0 }
  p { font: 16px/1.5 system-ui; margin: 2rem }
</style>
<p hidden></p>
<iframe title="Stately's inspector"></iframe>
<script src="./bridge.js"></script>
`;

export const bridgeScript = `'use strict';
const KEY = 'signalbox-stately-key';
const frame = document.querySelector('iframe');
if (location.hash.length > 1) sessionStorage.setItem(KEY, location.hash.slice(1));
history.replaceState(null, '', location.pathname);
const key = sessionStorage.getItem(KEY);
let socket;
function say(text) {
  const notice = document.querySelector('p');
  notice.textContent = text;
  notice.hidden = false;
}
if (key === null) say('This page needs the whole address that was printed, with what stands behind the #.');
addEventListener('message', ({ source, origin, data }) => {
  if (source !== frame.contentWindow || origin !== '${STATELY_ORIGIN}') return;
  if (data?.type !== '@statelyai.connected' || key === null) return;
  socket?.close();
  const opened = new WebSocket('ws://' + location.host, ['signalbox-inspect', 'key.' + key]);
  opened.onmessage = ({ data }) => frame.contentWindow.postMessage(JSON.parse(data), '${STATELY_ORIGIN}');
  opened.onclose = ({ reason }) => {
    if (opened === socket) say(reason || 'The server does not answer any more.');
  };
  socket = opened;
});
// Not before there is somebody who hears that it is ready.
frame.src = '${STATELY_ORIGIN}/inspect';
`;
