"""PostgreSQL and Valkey from wheels, started when no URL is given. Nothing else knows the wheels."""

from config.embedded.account import AccountUnusable
from config.embedded.postgres import PostgresFailed
from config.embedded.servers import EmbeddedServers, Held, Server, ServerUrls, joined
from config.embedded.valkey import ValkeyFailed

ServerFailed = (AccountUnusable, PostgresFailed, ValkeyFailed)

__all__ = ["EmbeddedServers", "Held", "Server", "ServerFailed", "ServerUrls", "joined"]
