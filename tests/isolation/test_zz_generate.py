import os
from tests.isolation.bodies import body_for
from tests.isolation.calls import call
from tests.isolation.routes import operations
from tests.isolation.sweep import _arguments
from tests.isolation.world import ACTORS
def test_gen(world):
    out=open("/tmp/perm.txt","w")
    for op in operations():
        row=[]
        for actor in ACTORS:
            a=call(world.clients[actor], op.method, op.route.path(_arguments(op, world.a)), body=body_for(op, world.a))
            row.append((str(a.status) if a.is_refused else "ok", a.status))
        h=[]
        print(f"{op.name:28} {op.method:7}", " ".join(f"{r[0]:4}" for r in row), "|", " ".join(str(r[1]) for r in row), file=out)
        if op.method=="GET":
            hs=[call(world.clients[actor], "HEAD", op.route.path(_arguments(op, world.a))).status for actor in ACTORS]
            if hs!=[r[1] for r in row]: print("   HEAD differs", hs, file=out)
