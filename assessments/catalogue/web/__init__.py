"""The catalogue as pages for people: rendered on the server, without scripts, the same for everybody."""
