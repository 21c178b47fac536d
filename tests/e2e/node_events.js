// Follows the event log with node's `ws`, which is not ours. Usage: node node_events.js PORT TOKEN WINDOW COUNT
// Acknowledges each event, prints the positions of the first COUNT as one JSON line.
const WebSocket = require('ws');
const [port, token, window, count] = process.argv.slice(2);
const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {headers: {Authorization: `Bearer ${token}`}});
const seen = [];
socket.on('open', () => socket.send(JSON.stringify({type: 'events.subscribe', id: 1, data: {window: Number(window)}})));
socket.on('message', (text) => {
  const frame = JSON.parse(text);
  if (frame.type === 'error') { console.error(text.toString()); process.exit(1); }
  if (frame.type !== 'event') return;
  seen.push(frame.position);
  socket.send(JSON.stringify({type: 'events.ack', data: {position: frame.position, subscription: frame.subscription}}));
  if (seen.length === Number(count)) { console.log(JSON.stringify(seen)); process.exit(0); }
});
socket.on('error', (error) => { console.error(error); process.exit(1); });
