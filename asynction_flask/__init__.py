"""The Flask-SocketIO door. It is empty until the adapter is built; see the changelog."""
