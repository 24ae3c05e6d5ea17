"""The short way of a message between a websocket and its handler, and of a broadcast.

python-engineio has a task and a timer for each message that comes in, python-socketio one for each
event, and both have a queue with a task of its own between an answer and the websocket. Here, one
loop for each connection reads, runs the handler and writes. What needs to wait goes on in a task;
everything that does not is over when the loop reads the next message.

Long-polling, the handshake of an upgrade, packets with attachments and everything that is rare
take python-engineio's and python-socketio's own way.
"""
