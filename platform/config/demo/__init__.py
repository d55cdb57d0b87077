"""The demo: two organisations go through the whole product, over HTTP and through the public API only."""

from config.demo.script import run

__all__ = ["run"]
