// A page in a browser: WebSocket cannot set headers there, so the token comes as the first frame; when the socket ends
// it waits and comes back from the last cursor. Usage: node browser_client.js PORT TOKEN ORIGIN ENDS
// Prints every message it shows as one JSON line; ends after it has shown one whose content is ENDS.
const WebSocket = require('ws');
const [port, token, origin, ends] = process.argv.slice(2);
let cursor = null;

function open() {
  // What a page can give: an address, and the Origin that the browser adds by itself.
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {origin});
  const send = (type, data) => socket.send(JSON.stringify({type, data}));
  socket.onopen = () => send('auth', {token});
  socket.onerror = () => {};  // onclose follows
  socket.onclose = () => setTimeout(open, 50);
  socket.onmessage = ({data}) => {
    const frame = JSON.parse(data);
    if (frame.type === 'hello' && cursor) send('resume', {position: cursor});
    if (frame.type === 'hello') console.log(JSON.stringify({hello: frame.data.user_id}));
    if (frame.cursor) cursor = frame.cursor;
    if (frame.type === 'message.new') show(socket, send, frame);
  };
}

function show(socket, send, {conversation_id, data: {message}}) {
  console.log(JSON.stringify({content: message.content}));
  send('message.delivered', {conversation_id, up_to: message.ordinal});  // received, which is not read
  if (message.content === ends) {
    socket.onclose = null;
    socket.close(1000);
  } else if (message.content === 'cut') {
    socket.terminate();  // a tunnel
  }
}

open();
