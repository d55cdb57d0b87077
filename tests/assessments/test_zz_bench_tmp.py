import statistics, time, orjson, pytest
from django.db import connection
from tests.assessments.standards import standard_of

@pytest.fixture(scope="module")
def big(django_db_setup):
    with standard_of(1000) as s: yield s

class Count:
    def __init__(self): self.sql=[]
    def __call__(self, execute, sql, params, many, context):
        if not sql.startswith(("SAVEPOINT","RELEASE")): self.sql.append(sql)
        return execute(sql, params, many, context)

@pytest.mark.parametrize("slug", ["iso-13485-2016","big"])
def test_bench(aria, big, slug):
    slug = big if slug=="big" else slug
    api = aria.as_("alice")
    t=time.perf_counter()
    r = api.post(f"{aria.path}/assessments/", {"name":"x","standard":slug})
    print("start", r.status_code, (time.perf_counter()-t)*1e3)
    if r.status_code != 201: print(r.content)
    a = r.json(); path=f"{aria.path}/assessments/{a['id']}"
    r = api.get(f"{path}/requirements/"); assert r.status_code==200, r.content
    body = r.json(); refs=[x["ref"] for x in body["requirements"] if x["assessable"]]
    print(len(refs), "refs", len(body["requirements"]), len(r.content))
    for i in range(0,len(refs),200):
        r = api.patch(f"{path}/answers/", {"answers":[{"ref":x,"version":0,"level":3,"note":"We do this because it is needed, see the procedure. "*3} for x in refs[i:i+200]]})
        assert r.status_code==200, r.content
    with connection.cursor() as c: c.execute("ANALYZE assessments_answer") if False else None
    def bench(name, f, n=40):
        ts=[]; 
        for _ in range(3): f()
        c=Count()
        with connection.execute_wrapper(c): r=f()
        for _ in range(n):
            t=time.perf_counter(); f(); ts.append((time.perf_counter()-t)*1e3)
        print(f"{name:12} n={len(refs)} p50 {statistics.median(ts):.1f} min {min(ts):.1f} statements {len(c.sql)} status {r.status_code} bytes {len(r.content)}")
        return c
    c=bench("open", lambda: api.get(f"{path}/requirements/"))
    for s in c.sql: print("   ", " ".join(s.split())[:110])
    bench("summary", lambda: api.get(f"{path}/"))
    state={"v":1}
    def one():
        r=api.patch(f"{path}/answers/{refs[5]}/", {"level": state["v"]%5}, If_Match=f'"{state["v"]}"'); assert r.status_code==200, r.content
        state["v"]=r.json()["version"]; return r
    c=bench("patch", one)
    for s in c.sql: print("   ", " ".join(s.split())[:110])
    v={r:1 for r in refs[100:150]} if len(refs)>200 else {r:1 for r in refs[10:60]}
    def fifty():
        r=api.patch(f"{path}/answers/", {"answers":[{"ref":x,"version":n,"level":n%6} for x,n in v.items()]}); assert r.status_code==200, r.content
        for k in v: v[k]+=1
        return r
    bench("bulk50", fifty)
    bench("answer", lambda: api.get(f"{path}/answers/{refs[5]}/"))
    bench("scores", lambda: api.get(f"{path}/scores/"))
    bench("list answers", lambda: api.get(f"{path}/answers/?state=answered"))
    for n in (20, 200):
        while api.get(f"{aria.path}/assessments/?page_size=200").json()["results"].__len__() < n:
            api.post(f"{aria.path}/assessments/", {"name":"x","standard":slug})
        c=bench(f"list{n}", lambda: api.get(f"{aria.path}/assessments/?page_size={n}"))
    for s in c.sql: print("   ", " ".join(s.split())[:110])
