/** Reads what an inspector serves, as fast as it comes, and says when it has caught up: `node read-inspector.ts URL`. */
const [url = ''] = process.argv.slice(2);
const answer = await fetch(url, { headers: { authorization: `Bearer ${process.env.INSPECTOR_KEY}` } });
let isTold = false;
for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
  if (isTold || !Buffer.from(part).includes('"lookedAt"')) continue;
  isTold = true;
  console.log('Read.');
}
