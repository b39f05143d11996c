"""Hostile scripts: each ends in a ``ScriptError`` or a harmless result, and the process that asked stays as it was."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import psutil
import pytest

from workflow_engine.bpmn.scripts import ScriptContext, ScriptLimits, ScriptSandbox, check_script
from workflow_engine.domain.errors import ScriptError

SECRET = "LIANDONG_ATTACK_CANARY"
MEGABYTE = 1024 * 1024

ESCAPES = {
    "subclasses": "x = str(().__class__.__bases__[0].__subclasses__())",
    "getattr_class": "x = str(getattr((), '__cla' + 'ss__'))",
    "getattr_bases": "t = getattr((), '__cla' + 'ss__')\nx = str(getattr(t, '__ba' + 'ses__'))",
    "getattr_globals": "def f(): pass\nx = str(getattr(f, '__glo' + 'bals__'))",
    "getattr_code": "def f(): pass\nx = str(getattr(f, '__co' + 'de__'))",
    "builtins": "x = __builtins__",
    "import_os": "import os\nx = os.system('id')",
    "import_call": "x = __import__('os').system('id')",
    "import_subprocess": "import subprocess",
    "import_ctypes": "import ctypes",
    "import_from_sys": "from sys import modules",
    "import_builtins": "import builtins",
    "import_pathlib": "import pathlib\nx = pathlib.Path('/etc/passwd').read_text()",
    "import_socket": "import socket",
    "os_through_datetime": "import datetime\nx = str(datetime.sys)",
    "os_through_random": "import random\nx = str(random._os)",
    "sys_through_json": "import json\nx = str(getattr(json, 'codecs'))",
    "open_file": "x = open('/etc/passwd').read()",
    "open_aliased": "f = [open][0]\nx = f('/etc/passwd').read()",
    "write_file": "f = [open][0]\nf('/tmp/liandong_attack', 'w').write('x')",
    "eval": "x = eval('1')",
    "eval_aliased": "e = [eval][0]\nx = e(\"__import__('os').getcwd()\")",
    "exec_aliased": "e = [exec][0]\ne('import os; y = os.listdir(\"/\")')\nx = 1",
    "eval_environment": "e = [eval][0]\nx = e(\"__import__('os').environ\")",
    "format_attributes": "x = '{0.__class__.__mro__}'.format(1)",
    "format_index": "x = '{0[0].__class__.__init__.__globals__}'.format([1])",
    "fstring_attribute": "x = f'{().__class__}'",
    "traceback_frame": "try:\n  1 / 0\nexcept Exception as e:\n  x = str(getattr(e, '__trace' + 'back__').tb_frame)",
    "generator_frame": "g = (i for i in [1])\nx = str(getattr(g, 'gi_' + 'frame'))",
    "type_of_type": "x = type(type)('C', (), {})",
    "type_three_arguments": "t = type(1)\nx = str(type('C', (t,), {}))",
    "csv_open": "import csv\nx = list(csv.reader([open][0]('/etc/passwd')))",
    "tomllib_load": "import tomllib\nx = tomllib.load([open][0]('/etc/passwd', 'rb'))",
    "environment_by_secret": f"x = [v for v in ['{SECRET[:4]}'] if v in str(vars)]",
    "prelude_text": "x = __text",
    "prelude_module": "x = __json",
    "prelude_by_eval": "e = [eval][0]\nx = str(e('__text'))[:100]",
    "suffix_shadowing": "def str(v): return 'lie'\nNameError = 5\nif 0: y = 1\nx = 1",
    "suffix_injection": 'x = 1 #"""\n#"""',
    "suffix_open_bracket": "x = (1,\n",
    "suffix_continuation": "x = 1 \\",
    "suffix_triple_quote": "x = '''",
}
ENDLESS = {
    "while_true": "while True: pass",
    "while_caught": "while True:\n  try:\n    while True: pass\n  except BaseException:\n    pass",
    "for_growing": "l = [1]\nfor i in l: l.append(i)",
    "count": "import itertools\nfor i in itertools.count(): pass",
    "cycle": "import itertools\nx = list(itertools.cycle([1]))",
    "long_range": "x = sum(range(10 ** 12))",
    "big_power": "x = 9 ** 9 ** 9",
    "power_modulo": "x = pow(3, 10 ** 6, 10 ** 6 + 3) + pow(3, 10 ** 9)",
    "shift": "x = 1 << 10 ** 10",
    "big_multiply": "x = 3 ** 10 ** 6\nfor i in range(100): x = x * x",
    "big_text": "x = str(10 ** 10 ** 6)",
    "big_parse": "x = int('9' * 10 ** 6)",
    "factorial": "import math\nx = math.factorial(10 ** 6)",
    "decimal_power": "from decimal import Decimal\nx = Decimal(10) ** Decimal(10) ** Decimal(9)",
    "decimal_precision": "import decimal\ndecimal.getcontext().prec = 10 ** 8\nx = str(decimal.Decimal(1) / 3)",
    "regex_backtracking": "import re\nx = re.match('(a+)+$', 'a' * 40 + 'b') is None",
    "regex_alternation": "import re\nx = re.match('(a|a?)+$', 'a' * 50 + 'b') is None",
    "regex_backreference": "import re\nx = re.match(r'(.*)(.*)(.*)(.*)\\1x', 'a' * 2000) is None",
    "regex_size": "import re\nx = re.compile('(a{1,1000}){1,1000}') is None",
    "sort": "x = sorted(range(10 ** 8))",
    "permutations": "import itertools\nx = len(list(itertools.permutations(range(12))))",
    "product": "import itertools\nx = sum(1 for _ in itertools.product(range(100), repeat=8))",
    "contains": "x = 10 ** 9 in list(range(10 ** 7))",
    "sleep": "import time\ntime.sleep(10 ** 6)",
    "key_function": "x = max(range(10 ** 9), key=lambda v: -v)",
    "host_calls": "while True: now()",
    "hash_flood": "x = len({i * (2 ** 61 - 1): 0 for i in range(10 ** 6)})",
    "digest": "import hashlib\nfor i in range(10 ** 9): hashlib.sha256(b'x' * 10 ** 6)",
}
HUNGRY = {
    "list_times": "x = [0] * 10 ** 10",
    "text_times": "x = 'a' * 10 ** 10",
    "bytes_times": "x = len(b'a' * 10 ** 10)",
    "list_nested_times": "x = [[0] * 10 ** 5] * 10 ** 5",
    "list_doubling": "x = [1]\nwhile True: x = x + x",
    "list_extend_itself": "x = [1]\nwhile True: x.extend(x)",
    "text_doubling": "x = 'a'\nwhile True: x += x",
    "dict_growing": "x = {}\nwhile True: x[len(x)] = 'a' * 100",
    "set_growing": "x = set()\nwhile True: x.add(len(x))",
    "text_join": "x = ','.join(['a' * 10 ** 6] * 10 ** 5)",
    "text_replace": "x = ('a' * 10 ** 6).replace('a', 'b' * 10 ** 6)",
    "text_pad": "x = 'a'.rjust(10 ** 10)",
    "text_format_width": "x = '{:>10000000000}'.format(1)",
    "text_percent_width": "x = '%10000000000d' % 1",
    "text_fstring_width": "x = f'{1:>10000000000}'",
    "text_zfill": "x = '1'.zfill(10 ** 10)",
    "text_expandtabs": "x = '\\t'.expandtabs(10 ** 10)",
    "bytes_size": "x = len(bytes(10 ** 10))",
    "regex_sub": "import re\nx = re.sub('a', 'b' * 10 ** 6, 'a' * 10 ** 6)",
    "dequeue": "import collections\nd = collections.deque()\nwhile True: d.append('a' * 1000)",
    "counter_elements": "import collections\nx = list(collections.Counter({'a': 10 ** 10}).elements())",
    "range_list": "x = list(range(10 ** 10))",
    "zip_product": "x = [[a, b] for a in range(10 ** 5) for b in range(10 ** 5)]",
    "closures": "f = lambda: 0\nwhile True:\n  g = f\n  f = lambda h=[0] * 1000, g=g: h",
    "deepcopy": "import copy\nx = [1]\nwhile True: x = [copy.deepcopy(x), copy.deepcopy(x)]",
    "json_nested": "import json\nx = json.loads('[' * 10 ** 6)",
    "base64_growing": "import base64\nx = b'a' * 1000\nwhile True: x = base64.b64encode(x)",
}
DEEP = {
    "recursion": "def f(): return f()\nf()",
    "recursion_mutual": "def f(): return g()\ndef g(): return f()\nf()",
    "recursion_lambda": "f = lambda f: f(f)\nf(f)",
    "recursion_caught": "def f():\n  try:\n    f()\n  finally:\n    f()\nf()",
    "recursion_in_sort": "def f(v): return sorted([1], key=f)\nf(1)",
    "recursion_in_repr": "x = []\nfor i in range(10 ** 5): x = [x]\nx = str(x)",
    "recursion_in_compare": "x = y = []\nfor i in range(10 ** 5):\n  x = [x]\n  y = [y]\nz = x == y",
    "recursion_in_result": "x = []\nfor i in range(10 ** 5): x = [x]",
    "recursion_in_json": "import json\nx = []\nfor i in range(10 ** 5): x = [x]\nx = json.dumps(x)",
    "recursion_in_copy": "import copy\nx = []\nfor i in range(10 ** 5): x = [x]\nx = copy.deepcopy(x)",
    "source_parentheses": "x = " + "(" * 5000 + "1" + ")" * 5000,
    "source_lists": "x = " + "[" * 199 + "]" * 199 + "\nfor _ in []: pass",
    "source_unary": "x = " + "-" * 50_000 + "1",
    "source_not": "x = " + "not " * 10_000 + "1",
    "source_sum": "x = " + "1 + " * 15_000 + "1",
    "source_attributes": "x = a" + ".b" * 20_000,
    "source_calls": "x = a" + "()" * 20_000,
    "source_lambdas": "x = " + "lambda: " * 5000 + "1",
    "source_ifs": "\n".join(" " * n + "if 1:" for n in range(90)) + "\n" + " " * 90 + "x = 1",
    "source_strings": "x = f'{" + 'f"{' * 2 + "1" + '}"' * 2 + "}'",
    "source_targets": "x = " * 15_000 + "1",
    "source_conditions": "x = " + "1 if 1 else " * 4000 + "1",
    "source_comparisons": "x = " + "1 < " * 15_000 + "1",
}
OUTPUTS = {
    "print_endless": "while True: print('x' * 1000)",
    "print_long": "print('x' * 10 ** 7)",
    "print_many": "for i in range(10 ** 7): print(i)",
    "shared_list": "x = [1]\nfor i in range(60): x = [x, x]",
    "shared_dict": "x = {'a': 1}\nfor i in range(60): x = {'a': x, 'b': x}",
    "shared_in_process": "x = [1]\n" + "x = [x, x]\n" * 40,
    "shared_dict_in_process": "x = {}\n" + "x = {'a': x, 'b': x}\n" * 20,
    "shared_text": "t = 'a' * 10 ** 5\nx = [t] * 10 ** 5",
    "long_list": "x = list(range(10 ** 6))",
    "long_text": "x = 'a' * 10 ** 7",
    "many_names": "x = {'k' + str(i): i for i in range(10 ** 5)}",
    "deep": "x = 1\nfor i in range(150): x = {'a': x}",
    "cycle": "x = []\nx.append(x)",
    "cycle_dict": "x = {}\nx['x'] = x",
    "huge_integer": "x = 10 ** 4000",
    "huge_integers": "x = [2 ** 64] * 10",
    "not_a_number": "x = [float('nan'), float('inf')]",
    "many_variables": "".join(f"v{i} = {i}\n" for i in range(2000)),
    "long_error": "raise ValueError('x' * 10 ** 7)",
    "error_with_object": "raise ValueError([[0] * 1000] * 1000)",
    "exit": "raise SystemExit(0)",
    "interrupt": "raise KeyboardInterrupt()",
    "stop_iteration": "raise StopIteration",
    "memory_error": "raise MemoryError('x')",
    "timeout_error": "raise TimeoutError('x')",
    "typename": "typename = 'x'; x = {'typename': 'y', '__class__': 'z'}",
    "null": "x = '\\x00'",
    "surrogate": "x = chr(0xD800)",
    "surrogate_key": "x = {chr(0xDFFF): 1}",
    "direction_override": "x = '\\u202e'",
}  # fmt: skip
ATTACKS = {
    f"{family}_{name}": source
    for family, sources in [
        ("escape", ESCAPES),
        ("endless", ENDLESS),
        ("hungry", HUNGRY),
        ("deep", DEEP),
        ("output", OUTPUTS),
    ]
    for name, source in sources.items()
}
HARMLESS = {
    "escape_suffix_shadowing", "escape_suffix_injection", "escape_prelude_by_eval", "escape_type_of_type",
}  # fmt: skip


@pytest.fixture(scope="module")
def guarded() -> Iterator[ScriptSandbox]:
    os.environ[SECRET] = SECRET
    with ScriptSandbox(ScriptLimits(seconds=0.3)) as made:
        yield made
    del os.environ[SECRET]


def test_corpus_is_large() -> None:
    assert len(ATTACKS) >= 100 and len(ESCAPES) >= 30


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_harmless(guarded: ScriptSandbox, context: ScriptContext, name: str) -> None:
    before = psutil.Process().memory_info().rss
    variables = {"n": 1, "secret_of_another_case": "hidden"}
    try:
        found = guarded.run(ATTACKS[name], variables, context)
    except ScriptError as error:
        told = json.dumps([error.message, dict(error.details)])
        assert len(told) < 10_000
    else:
        told = json.dumps(found)
        assert len(told) < 300_000
    assert SECRET not in told and "root:" not in told and "hidden" not in told
    assert variables == {"n": 1, "secret_of_another_case": "hidden"}
    assert psutil.Process().memory_info().rss - before < 200 * MEGABYTE
    # The next script finds everything as it was.
    assert guarded.run("n = n + 1\nfor _ in []: pass", variables, context) == {"n": 2}


@pytest.mark.parametrize("name", ESCAPES)
def test_escape_reaches_nothing(guarded: ScriptSandbox, context: ScriptContext, name: str) -> None:
    try:
        found = guarded.run(ESCAPES[name], {}, context)
    except ScriptError:
        return
    assert f"escape_{name}" in HARMLESS, found


def test_check_ends_on_every_attack() -> None:
    for source in ATTACKS.values():
        check_script(source)


def test_files_stay_unwritten() -> None:
    assert not os.path.exists("/tmp/liandong_attack")
