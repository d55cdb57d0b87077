"""Where bytes from outside are parsed and reports are drawn: child processes behind walls.

`cell` is the parent's side: it starts a child, gives it open files and nothing else, and waits a bounded time. The rest
runs in the child, with the standard library alone: `start` is its first line, `inside` closes the doors behind it by
`filters` (system calls) and `landlock` (files).

Three walls, each sound alone:

1. bubblewrap, where it is installed and allowed: own namespaces, so no network, no other process, and of the file
   system only the interpreter and the code that is to run.
2. seccomp, always: no socket of any kind, no new process, no other program, no signal, no mount; for parsers not even
   opening a file. A child that cannot have it ends before it reads a byte.
3. Landlock, where the kernel has it: only what is named can be read, and nothing written.
"""
