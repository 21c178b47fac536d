// Two devices of alice's and one of bob's, as node's `ws` sees them: node node_presence.js PORT TOKEN_A TOKEN_B CONVERSATION
// Prints as one JSON line what bob was told of alice while her devices changed, and what calls reached whom.
const WebSocket = require('ws');
const [port, tokenA, tokenB, conversation] = process.argv.slice(2);
const open = (token, query = '') => new Promise((resolve, reject) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws${query}`, {headers: {Authorization: `Bearer ${token}`}});
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
const send = async (socket, type, data, id = type) => {
  socket.send(JSON.stringify({type, id, data}));
  const [answer] = await until(socket, (f) => f.re === id);
  return answer;
};
const told = (socket, status) => until(socket, (f) => f.type === 'presence.changed' && f.data.status === status);
const signals = (socket) => socket.seen.filter((f) => f.type === 'call.signal').map((f) => f.data.payload.n);
(async () => {
  const bob = await open(tokenB);
  await until(bob, (f) => f.type === 'hello');
  const phone = await open(tokenA, '?presence=away');
  await told(bob, 'away');
  const desk = await open(tokenA);
  await told(bob, 'online');
  await send(desk, 'call.signal', {conversation_id: conversation, payload: {n: 1}}, 'c1');
  const me = phone.seen.find((f) => f.type === 'hello').data.user_id;
  await send(phone, 'call.signal', {conversation_id: conversation, to: me, payload: {n: 2}}, 'c2');
  const ack = await send(bob, 'call.signal', {conversation_id: conversation, to: me, payload: {n: 3}}, 'c3');
  await until(phone, (f) => f.type === 'call.signal');
  await until(desk, (f) => f.type === 'call.signal' && f.data.payload.n === 3);
  desk.close();
  await until(bob, () => bob.seen.filter((f) => f.type === 'presence.changed').length === 3);
  await send(phone, 'presence.update', {status: 'offline'});
  await told(bob, 'offline');
  console.log(JSON.stringify({
    told: bob.seen.filter((f) => f.type === 'presence.changed').map((f) => f.data.status),
    calls: {bob: signals(bob), phone: signals(phone), desk: signals(desk)},
    ack: ack.data,
    own: phone.seen.concat(desk.seen).filter((f) => f.type === 'presence.changed' && f.data.user_id === me).length,
  }));
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
