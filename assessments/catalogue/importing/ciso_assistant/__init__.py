"""Libraries of CISO Assistant (github.com/intuitem/ciso-assistant-community): frameworks and mapping sets."""
