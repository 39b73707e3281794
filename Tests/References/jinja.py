"""Chat templates rendered by Jinja in the sandbox of transformers, on the 26th of July 2024.

    python jinja.py FOLDER

FOLDER has templates of model makers, `*.jinja`: llama.cpp's collection (models/templates in its source, or in
vendor/llama.cpp of llama-cpp-python's). They are not committed: of them the fixture has hashes. The test renders
them where PICBENCH_CHAT_TEMPLATES names the folder.
"""
import datetime
import hashlib
import json
import pathlib
import sys

import transformers.utils.chat_template_utils as utils

OUT = pathlib.Path(__file__).parent.parent / "JinjaTests" / "Fixtures"


class Day(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26)


utils.datetime = Day


def render(template, variables):
    """The text; None where Jinja or the template refuses."""
    try:
        return utils._compile_jinja_template(template).render(**variables)
    except Exception:
        return None


def tagged(value):
    """JSON that keeps apart what Swift's reader does not: numbers, flags, the order of keys."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return {"flag": value}
    if isinstance(value, (int, float)):
        return {"integer" if isinstance(value, int) else "float": repr(value)}
    if isinstance(value, dict):
        return {"entries": [[key, tagged(item)] for key, item in value.items()]}
    return {"list": [tagged(item) for item in value]}


# Conversations.
SYSTEM = {"role": "system", "content": " Be brief. "}
QUESTION = {"role": "user", "content": "What is <b>big</b>? Né\n"}
ANSWER = {"role": "assistant", "content": "Oslo  "}
THOUGHT = {"role": "assistant", "content": "<think>\nhm\n</think>\n\nOslo"}
TEXT = [{"type": "text", "text": "Who "}, {"type": "text", "text": "is it?"}]
TOOLS = [{"type": "function", "function": {
    "name": "weather", "description": "The weather of a 'place' & <time>",
    "parameters": {"type": "object", "required": ["place"], "properties": {
        "place": {"type": "string", "description": "Where", "enum": ["Oslo", "Rom"]},
        "days": {"type": ["integer", "null"], "default": 3},
        "hours": {"type": "array", "items": {"type": "number"}}}}}}]
CALL = {"role": "assistant", "content": "", "tool_calls": [{"id": "abcdefghi", "type": "function", "function": {
    "name": "weather", "arguments": {"place": "Oslo", "days": 2, "hours": [1.5], "now": True, "else": None}}}]}
RESULT = {"role": "tool", "tool_call_id": "abcdefghi", "name": "weather", "content": '{"degrees": 3}'}
BASE = {"tools": None, "documents": None, "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>"}
CONVERSATIONS = [
    {"messages": [QUESTION]},
    {"messages": [SYSTEM, QUESTION]},
    {"messages": [QUESTION, ANSWER, QUESTION]},
    {"messages": [SYSTEM, QUESTION, THOUGHT, QUESTION, ANSWER, QUESTION]},
    {"messages": [SYSTEM, QUESTION, THOUGHT], "add_generation_prompt": False},
    {"messages": [QUESTION, ANSWER], "add_generation_prompt": False},
    {"messages": [QUESTION, QUESTION]},
    {"messages": [ANSWER, QUESTION]},
    {"messages": []},
    {"messages": [{"role": "user", "content": TEXT}]},
    {"messages": [SYSTEM, QUESTION], "tools": TOOLS},
    {"messages": [SYSTEM, QUESTION, CALL, RESULT], "tools": TOOLS},
    {"messages": [QUESTION, CALL, RESULT, ANSWER, QUESTION]},
    {"messages": [QUESTION], "enable_thinking": False},
    {"messages": [SYSTEM, QUESTION], "documents": [{"title": "T", "text": "It\nis."}]},
]
CONVERSATIONS = [{**BASE, **conversation} for conversation in CONVERSATIONS]
CONVERSATIONS.append({"messages": [QUESTION], "add_generation_prompt": True})

# Templates of one thing each, on VARIABLES.
VARIABLES = {
    "s": "Ab  c-d\n e", "e": "", "n": 7, "m": -3, "f": 2.5, "t": True, "no": None, "l": [3, 1, 2], "w": ["b", "A", "c", "a"],
    "d": {"b": 1, "a": "x"}, "ll": [[1, 2], ["x", None]], "r": [{"r": "u", "c": 1, "g": {"h": 2}}, {"r": "a", "c": 5}],
    "u": "ßÉe\u0301 é日本", "q": "it's \"q\" <&>\t\\", "k": " 12 ", "lines": "a\r\nb\n\nc\x0bd\n", "tiny": 1e-7, "huge": 1e22,
}
EXPRESSIONS = r"""
s¦e¦n¦f¦t¦no¦l¦d¦ll¦q¦u¦tiny¦huge¦undef¦[q, u, f, t, no]¦(1,)¦()¦(1, 'a')¦{'a': 1, 2: [3.0]}¦[]¦{}¦1e16¦123456789.5¦1e-5¦0.0001
1 + 2¦n - f¦n * m¦n / 2¦n // m¦m // 2¦n % m¦m % 2¦f % 2¦-n¦+f¦2 ** 10¦2 ** 3 ** 2¦-2 ** 2¦'a' * 3¦l + [4]¦[0] * 2¦'a' + 'b'¦'a' 'b'¦t + 1¦n / 0¦s + 1
1 ~ 'a' ~ no ~ undef¦n == 7.0¦t == 1¦'7' == n¦l == [3, 1, 2]¦(1,) == [1]¦undef == nope¦undef == none¦1 < 2 < 3¦1 < 3 < 2¦'a' < 'b'¦'a' < 1¦[1, 2] < [1, 3]
'b' in s¦'a' in d¦1 in l¦5 not in l¦'' in s¦n in 'x'¦'x' in undef¦no in [none]¦not n¦not undef¦n and s¦e or n¦undef or 'x'¦n if t else f¦n if no¦(n if no) is defined
s.upper()¦s.lower()¦u.upper()¦s.title()¦s.capitalize()¦q.title()¦k.strip()¦s.strip('Ae')¦s.lstrip('A')¦s.rstrip('e \n')¦s.split()¦s.split(' ')¦s.split('-', 1)¦s.split(none, 1)¦s.rsplit(none, 1)¦s.rsplit(' ', 1)
'aaa'.rsplit('aa', 1)¦lines.splitlines()¦lines.splitlines(true)¦s.startswith('A')¦s.startswith(('x', 'A'))¦s.endswith('e')¦s.find('c')¦s.rfind(' ')¦u.find('日')¦s.index('c')¦s.index('z')¦s.count(' ')¦'aaa'.count('aa')¦s.count('')
'12'.isdigit()¦'a1'.isalpha()¦'a1'.isalnum()¦' '.isspace()¦'A1'.isupper()¦'a '.islower()¦s.replace(' ', '_')¦s.replace(' ', '_', 1)¦'ab'.replace('', '.')¦'-'.join(w)¦'-'.join(l)¦'{} {1}'.format(1, 2)¦'{0}{1}{0}'.format('a', n)¦'{x}{{}}'.format(x=l)
s.removeprefix('Ab')¦s.removesuffix('e')¦s.partition('-')¦s.rpartition(' ')¦s.partition('z')¦d.get('a')¦d.get('z')¦d.get('z', 9)¦d.keys() | list¦d.values() | list¦d.items() | list¦d.a¦d['b']¦d.z¦d.z.y¦d.pop('a')¦l.append(1)¦l.index(1)¦l.count(3)
l[0]¦l[-1]¦l[9]¦l[1:]¦l[::-1]¦l[:-1]¦l[5:1:-2]¦s[0]¦s[-1]¦u[2:]¦s[::-1]¦ll[0][1]¦r.0.r¦r[1].c¦s.nothing¦no.x¦n[0]¦l['a']
s | upper¦u | lower¦s | title¦s | capitalize¦k | trim¦s | trim('A e')¦s | length¦u | length¦d | length¦n | length¦undef | length¦s | first¦l | last¦[] | first¦s | list¦d | list¦no | list¦undef | list¦s | reverse¦l | reverse | list
l | sort¦w | sort¦w | sort(case_sensitive=true)¦l | sort(reverse=true)¦r | sort(attribute='c', reverse=true) | map(attribute='c') | list¦[1, 'a'] | sort¦d | dictsort¦d | dictsort(by='value')¦{'B': 1, 'a': 2} | dictsort¦w | unique | list¦[1, 1.0, 2] | unique | list¦l | max¦w | min¦[] | max¦l | sum¦r | sum(attribute='c')
w | join¦w | join(', ')¦l | join('-')¦r | join('+', attribute='r')¦s | replace(' ', '_')¦s | replace(' ', '_', 2)¦'a\nb\n\nc' | indent¦'a\nb\n\nc' | indent(2, true)¦'a\nb\n\nc' | indent(2, blank=true)¦'a\nb' | indent('> ')¦'%s-%d' | format('a', 3)¦'%s' % s¦'%s %s' % (1, 2)¦'%d%%' % f
n | string¦no | string¦n | default(1)¦undef | default('x')¦e | default('x')¦e | default('x', true)¦undef | d¦'3.7' | int¦'x' | int¦'x' | int(5)¦f | int¦k | int¦'2.5' | float¦'x' | float(1.5)¦m | abs¦t | int
d | items | list¦d | tojson¦q | tojson¦u | tojson¦u | tojson(ensure_ascii=true)¦[f, t, no, 1e22, tiny] | tojson¦ll | tojson(indent=2)¦{} | tojson(indent=2)¦d | tojson(sort_keys=true)¦d | tojson(separators=(',', ':'))¦{1: 2, none: 3, true: 4} | tojson¦undef | tojson¦'\x01\x7f' | tojson
w | map('upper') | list¦r | map(attribute='r') | list¦r | map(attribute='g.h', default='?') | list¦r | map(attribute='g.h') | list¦r | selectattr('r', 'equalto', 'u') | list¦r | selectattr('g') | list¦r | rejectattr('r', 'eq', 'u') | list¦l | select('gt', 1) | list¦w | reject('in', ['a', 'A']) | list¦l | select('odd') | list¦no | map('upper') | list¦l | map('nofilter') | list
(l | select('gt', 9)) is defined¦'x' if l | select('gt', 9) else 'y'¦l | map('string') | join¦'<' + ('&' | safe)¦('&' | safe) + '<' + '>'¦('&' | safe) ~ '<'¦s | nofilter¦s is notest
n is defined¦undef is defined¦undef is undefined¦no is none¦t is true¦t is false¦t is boolean¦n is integer¦t is integer¦f is float¦n is number¦t is number¦no is number¦s is string¦l is sequence¦s is sequence¦d is sequence¦d is mapping¦s is iterable¦n is iterable¦undef is iterable
n is odd¦n is even¦n is divisibleby 7¦n is divisibleby(2)¦n is eq 7¦n is gt 6¦n is in [7]¦n is not in [7]¦no is sameas none¦t is sameas true¦s is upper¦'a' is lower¦range is callable¦s.upper is callable¦'upper' is filter¦'odd' is test¦not n is odd¦n is odd and f is float
range(3) | list¦range(1, 7, 2) | list¦range(3, 0, -1) | list¦range(1000000)¦dict(a=1, b='x')¦dict(d, c=2)¦dict([('a', 1)])¦namespace(a=1).a¦namespace(a=1).b¦strftime_now('%Y-%m-%d %H:%M %B %b %A %a %d %-d %y %I %p %e %%')¦raise_exception('no')¦nothing()¦s()
'\x41\u00e9\n\t\'\"\\ \q \101'¦"it's"¦1_000¦[1, 2,]¦{'a': 1,}¦((1))¦d¦dict(**d).a¦'-'.join(*[w])
""".strip().replace("\n", "¦")
TEMPLATES = r"""
{% for x in l %}{{ x }},{% endfor %}¦{% for x in [] %}x{% else %}none{% endfor %}¦{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}¦{% for k in d %}{{ k }}{% endfor %}¦{% for a, b in ll %}{{ b }}{% endfor %}¦{% for a, b in l %}{% endfor %}
{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}¦{% for x in w %}{{ loop.first }}{{ loop.last }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.previtem }}{{ loop.nextitem }} {% endfor %}
{% for x in l %}{% for y in l %}{{ loop.index }}{% endfor %}{{ loop.index }}{{ loop.depth }} {% endfor %}¦{% for x in w %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x | lower) }}{% endfor %}¦{% for x in l %}{% set outer = loop %}{% for y in l %}{{ outer.index }}{% endfor %}{% endfor %}
{% for x in [1, [2, [3]]] recursive %}{{ loop.depth }}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{% endif %}{% endfor %}¦{% for x in l %}{{ loop(l) }}{% endfor %}¦{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}¦{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}¦{% for x in n %}{% endfor %}
{% set x = 1 %}{% for y in l %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}¦{% set ns = namespace(x=1) %}{% for y in l %}{% set ns.x = ns.x + y %}{% endfor %}{{ ns.x }}¦{% for y in l %}{{ x }}{% set x = y %}{% endfor %}¦{% if t %}{% set x = 5 %}{% endif %}{{ x }}¦{% set d.x = 1 %}¦{% set ns = namespace() %}{% set ns._x = 1 %}
{% set a, b = 1, 2 %}{{ b }}{{ a }}¦{% set a = 1, 2 %}{{ a }}¦{% set (a, b) = [1, 2] %}{{ a }}¦{% set a, b = 1 %}¦{% set x %}a{{ n }}{% endset %}{{ x | length }}¦{% set x | upper | trim %} a{{ n }} {% endset %}[{{ x }}]¦{% set x %}{% set y = 1 %}{% endset %}{{ y is defined }}
{% if n > 9 %}a{% elif n > 6 %}b{% elif n > 5 %}c{% else %}d{% endif %}¦{% if no %}a{% endif %}¦{% if undef %}a{% else %}b{% endif %}¦{% if undef.x %}a{% endif %}¦{% if d.x %}a{% else %}b{% endif %}
{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, c=3) }} {{ m(b=1, a=0) }} {{ m() }}¦{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}¦{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}¦{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, z=2) }}
{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{% set x = 2 %}{{ m() }}¦{% macro m(k) %}{{ k }}{% if k > 0 %}{{ m(k - 1) }}{% endif %}{% endmacro %}{{ m(3) }}¦{% macro m() %}{% set x = 9 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}¦{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}¦{% for x in l %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}
{% macro m(a) %}[{{ caller(a, 2) }}]{% endmacro %}{% call(x, y) m(1) %}{{ x }}{{ y }}{{ n }}{% endcall %}¦{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}¦{% filter upper %}a{{ s }}{% endfilter %}¦{% with x = 1, y = 2 %}{{ x }}{{ y }}{% endwith %}{{ x }}¦{% generation %}a{% set x = 1 %}{% endgeneration %}{{ x }}¦{% print n, s %}
 a {{- n -}} b |a\n  {% if t %}\n  b\n  {% endif %}\n c¦a\n  {%+ if t %}\n  b\n  {%- endif +%}\n c¦a {#- c -#} b¦a\n  {# c #}\nb¦{% raw %}{{ x }} {% if %}{% endraw %}b¦a\n  {% raw %}\n {{ x }}\n  {%- endraw %}\nb|  {% if t %}\n  a{% endif %}\n¦{{ n }}\n{{ n }}\n\n¦a\r\nb\rc\n¦\n\n{% set x = 1 %}\n\n{{ x }}\n
{{ {'a': {'b': 1}}['a']['b'] }}¦{{ '}}' }}¦{% set x = '%}' %}{{ x }}¦{{ 'a' if t }}{{ {'a': 1}.a }}¦{{ [1, 2][0] }}{{ (l | length) - 1 }}¦{{+ n }}¦{{ n|abs }}{{ -m|abs }}¦{{ d['a'] ~ r[0]['g'].h }}¦{{ not t or t and not no }}
{{ 1¦{% if t %}¦{% endfor %}¦{{ }}¦{{ 1 2 }}¦{{ (1, 2 }}¦{% nonsense %}¦{{ 'a }}¦{# a¦{% raw %}a¦{{ a b }}¦{% for x %}{% endfor %}¦{% set 1 = 2 %}¦{{ a.'b' }}¦{{ 1 ! 2 }}¦{% macro m(a=1, b) %}{% endmacro %}¦{{ f(a=1, 2) }}¦{{ x is }}¦{% if %}{% endif %}¦{% break %}¦{{ [1, 2 }}¦{{ 1 is odd is even }}
"""


def templates():
    result = ["{{ " + e.replace("\\\\n", "\\n").strip() + " }}" for e in EXPRESSIONS.split("¦")]
    result += ["{% for x in " + e + " %}{{ x }},{% else %}none{% endfor %}" for e in ["s", "l", "d", "d.items()", "undef", "no", "n", "(1, 2)", "r"]]
    for line in TEMPLATES.strip("\n").split("\n"):
        result += [t.replace("\\n", "\n").replace("\\r", "\r") for t in line.split("¦")]
    return result


def outputs(template):
    return [render(template, conversation) for conversation in CONVERSATIONS]


def digest(value):
    return hashlib.sha256(value.encode()).hexdigest()


def write(name, value):
    path = OUT / name
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    print(path.name, path.stat().st_size)


own = sorted((OUT / "templates").glob("*.jinja"))
write("conversations.json", [tagged(conversation) for conversation in CONVERSATIONS])
write("rendered.json", {path.stem: outputs(path.read_text()) for path in own})
write("snippets.json", {
    "variables": tagged(VARIABLES), "snippets": [[template, render(template, VARIABLES)] for template in templates()]})
foreign = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.jinja")):
    template = path.read_bytes().decode()
    # One hash of all that it writes, with a mark for what it refuses.
    made = digest("".join("\x1f" + ("\x1e" if text is None else text) for text in outputs(template)))
    foreign[path.stem] = [digest(template), made]
write("foreign.json", foreign)
