"""Web chat: visitors of sites write in a widget. The protocol is docs/chat.md."""
