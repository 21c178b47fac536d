// A client that is not ours: node's `ws`. Usage: node node_client.js PORT TOKEN_A TOKEN_B CONVERSATION
// Alice sends ten messages, Bob's socket is closed in the middle and resumes; prints what Bob saw as one JSON line.
const WebSocket = require('ws');
const [port, tokenA, tokenB, conversation] = process.argv.slice(2);
const url = (query) => `ws://127.0.0.1:${port}/ws${query}`;
const open = (token, query = '') => new Promise((resolve, reject) => {
  const socket = new WebSocket(url(query), {headers: {Authorization: `Bearer ${token}`}});
  socket.seen = [];
  socket.waiting = [];
  socket.on('message', (text) => {
    socket.seen.push(JSON.parse(text));
    socket.waiting.forEach((check) => check());
  });
  socket.on('open', () => resolve(socket));
  socket.on('error', reject);
});
const until = (socket, test) => new Promise((resolve) => {
  const check = () => { const found = socket.seen.filter(test); if (found.length) resolve(found); };
  socket.waiting.push(check);
  check();
});
const send = async (socket, n) => {
  socket.send(JSON.stringify({type: 'message.send', id: `m${n}`, key: `node-${n}`,
                              data: {conversation_id: conversation, content: `message ${n}`}}));
  await until(socket, (f) => f.type === 'ack' && f.re === `m${n}`);
};
(async () => {
  const alice = await open(tokenA);
  let bob = await open(tokenB);
  await until(bob, (f) => f.type === 'hello');
  for (let n = 0; n < 5; ++n) await send(alice, n);
  const [last] = await until(bob, (f) => f.type === 'message.new' && f.data.message.content === 'message 4');
  const first = bob.seen.filter((f) => f.type === 'message.new').map((f) => f.data.message.content);
  bob.terminate();
  for (let n = 5; n < 10; ++n) await send(alice, n);
  bob = await open(tokenB, `?resume=${encodeURIComponent(last.cursor)}`);
  await until(bob, (f) => f.type === 'caught_up');
  const second = bob.seen.filter((f) => f.type === 'message.new').map((f) => f.data.message.content);
  console.log(JSON.stringify({first, second}));
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
