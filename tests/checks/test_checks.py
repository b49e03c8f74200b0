#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Shows each check failing: a made-up tree that is right passes, and with one thing wrong the
check fails and names it."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
SPDX = "SPDX-License-Identifier: Apache-2.0\n"
UUIDS = ("3bca6888-f622-11df-93be-07cc953d7b99", "0f96695e-d954-4f6f-85c1-2ef1eae6f764")


class CheckTest(unittest.TestCase):
    """A temporary tree, and what a check says about it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sextant-checks-")
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chmod(path, mode)
        return path

    def edit(self, name, old, new):
        """Replaces what must be there once."""
        with open(os.path.join(self.root, name), encoding="utf-8") as stream:
            text = stream.read()
        self.assertEqual(text.count(old), 1, f"{old} in {name}")
        self.write(name, text.replace(old, new))

    def check(self, name, *arguments):
        done = subprocess.run(
            ["/usr/bin/python3", "-B", os.path.join(HERE, f"check_{name}.py"), self.root,
             *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        self.assertNotIn("Traceback", done.stdout)
        return done.returncode, done.stdout

    def passes(self, name, *arguments):
        status, output = self.check(name, *arguments)
        self.assertEqual(status, 0, output)

    def fails(self, name, *culprits, arguments=()):
        """The check fails with one finding, a line that has all of `culprits`."""
        status, output = self.check(name, *arguments)
        self.assertEqual(status, 1, output)
        findings = output.splitlines()[:-1]
        self.assertEqual(len(findings), 1, output)
        for culprit in culprits:
            self.assertIn(culprit, findings[0])


class EmptyTree(CheckTest):
    def test_nothing_to_look_at(self):
        with open(os.path.join(PROJECT, ".clang-format"), encoding="utf-8") as stream:
            self.write(".clang-format", stream.read())
        for name in ("layering", "sizes", "format", "headers", "yang", "mib", "units"):
            status, output = self.check(name)
            self.assertEqual(status, 1, output)
            self.assertIn("nothing to look at", output)


class Layering(CheckTest):
    def setUp(self):
        super().setUp()
        self.write("core/include/sextant/one.h", "#include <stddef.h>\n")
        self.write("core/inner.h", '#include "sextant/one.h"\n')
        self.write("core/one.c", '#include "inner.h"\n#include "sextant/one.h"\n#include <libyang/'
                   'libyang.h>\n#include <sqlite3.h>\n#include <openssl/evp.h>\n')
        self.write("agent/log.h", "")
        self.write("agent/netconf/server.c", '#include "log.h"\n#include "sextant/one.h"\n'
                   "#include <nc_server.h>\n#include <pthread.h>\n")
        self.write("tools/sextantctl/client.c", "#include <nc_client.h>\n")

    def library(self, text, *flags):
        source = self.write("symbols/unit.c", text)
        thing = os.path.join(self.root, "symbols/unit.o")
        library = os.path.join(self.root, "symbols/libunit.a")
        subprocess.run(["cc", "-w", "-c", *flags, source, "-o", thing], check=True)
        subprocess.run(["ar", "rcs", library, thing], check=True)
        return library

    def test_good(self):
        library = self.library(
            "#include <stdio.h>\n#include <string.h>\nvoid *lyd_dup_single(void *);\n"
            "int used(char *t, unsigned long n) { memset(t, 0, n); lyd_dup_single(t);\n"
            "return snprintf(t, n, \"%d\", (int)n); }\nint user(char *t) { return used(t, 3); }\n",
            "-O2", "-D_FORTIFY_SOURCE=2", "-fsanitize=address,undefined", "-fstack-protector-all")
        self.passes("layering", "--library", library)

    def test_forbidden_symbols(self):
        for symbol in ("socket", "pthread_mutex_lock", "clock_gettime", "time", "getenv", "fopen",
                       "printf", "stderr", "random", "getrandom", "RAND_bytes", "read", "sleep",
                       "sqlite3_randomness", "lyd_print_file", "EVP_PKEY_keygen", "memfd_create"):
            with self.subTest(symbol):
                library = self.library(f"int {symbol}();\nint f(void) {{ return {symbol}(); }}\n")
                self.fails("layering", "unit.o", f" {symbol},", arguments=("--library", library))

    def test_static_symbol_hides_nothing(self):
        library = self.library("int getenv();\nint f(void) { return getenv(); }\n")
        other = self.write("symbols/other.c", "static int getenv(void) { return 1; }\n"
                           "int (*g(void))(void) { return getenv; }\n")
        thing = other[:-1] + "o"
        subprocess.run(["cc", "-w", "-fno-builtin", "-c", other, "-o", thing], check=True)
        subprocess.run(["ar", "rcs", library, thing], check=True)
        self.fails("layering", "getenv", arguments=("--library", library))

    def test_core_includes(self):
        for include, culprit in (("<sys/socket.h>", "sys/socket.h"), ("<pthread.h>", "pthread.h"),
                                 ('"log.h"', "log.h"), ('"../agent/log.h"', "agent/log.h"),
                                 ("<openssl/ssl.h>", "openssl/ssl.h")):
            with self.subTest(include):
                self.write("core/one.c", f"\n#include {include}\n")
                self.fails("layering", "core/one.c:2", culprit)

    def test_public_header_includes_internal(self):
        self.write("core/include/sextant/one.h", '#include "inner.h"\n')
        self.fails("layering", "core/include/sextant/one.h:1", "inner.h")

    def test_agent_includes_internal_header(self):
        for include in ('"inner.h"', '"../core/inner.h"'):
            with self.subTest(include):
                self.write("agent/bad.c", f"/* #include */\n#include {include}\n")
                self.fails("layering", "agent/bad.c:2", "inner.h")

    def test_second_user_of_libnetconf2(self):
        self.write("agent/other.c", "#include <libnetconf2/session.h>\n")
        self.fails("layering", "libnetconf2", "only one")

    def test_header_knows_libnetconf2(self):
        self.write("agent/log.h", "#include <nc_server.h>\n")
        self.fails("layering", "agent/log.h:1", "nc_server.h")

    def test_engine_stepped_twice(self):
        self.write("agent/a.c", "void a(void)\n{\n    sx_engine_step(e, v, u);\n}\n")
        self.write("agent/b.c", "// sx_engine_step(\n")
        self.passes("layering")
        self.write("agent/c.c", "void c(void)\n{\n    sx_engine_step(e, v, u);\n}\n")
        self.fails("layering", "agent/c.c", "agent/a.c")


class Sizes(CheckTest):
    @staticmethod
    def function(name, length):
        return ("static const int table[] = {\n    1,\n};\n\n"
                f"static int\n{name}(int a,\n    int b)\n{{\n" +
                '    call("{", \'}\'); // }\n' * (length - 5) + "}\n")

    def test_at_the_limit(self):
        self.write("tests/unit/a.c", self.function("fits", 100) + self.function("too", 100))
        self.write("core/b.h", "\n" * 500)
        self.passes("sizes")

    def test_long_function(self):
        self.write("tests/unit/a.c", self.function("fits", 100) + self.function("grown", 101))
        self.fails("sizes", "tests/unit/a.c", "grown", "101")

    def test_long_file(self):
        self.write("core/b.h", "\n" * 501)
        self.fails("sizes", "core/b.h", "501")


class Format(CheckTest):
    def setUp(self):
        super().setUp()
        with open(os.path.join(PROJECT, ".clang-format"), encoding="utf-8") as stream:
            self.write(".clang-format", stream.read())
        self.write("core/a.c", "int f(void)\n{\n    return 1;\n}\n")

    def test_good(self):
        self.passes("format")

    def test_other_layout(self):
        self.write("agent/b.c", "int f(void) {\n  return 1;\n}\n")
        self.fails("format", "agent/b.c:1")

    def test_no_style(self):
        os.remove(os.path.join(self.root, ".clang-format"))
        status, output = self.check("format")
        self.assertEqual(status, 1)
        self.assertIn(".clang-format: is missing", output)

    def test_what_git_ignores(self):
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.write(".gitignore", "/out/\n")
        self.write("out/b.c", "int  g;\n")
        self.passes("format")
        self.write("in/b.c", "int  g;\n")
        self.fails("format", "in/b.c:1")


class Headers(CheckTest):
    def setUp(self):
        super().setUp()
        self.write("core/include/sextant/a.h", "#pragma once\n#include <stddef.h>\n"
                   "struct sx_a {\n    size_t size;\n};\n")
        self.write("core/b.h", '#pragma once\n#include "sextant/a.h"\n'
                   "struct b {\n    struct sx_a a;\n};\n")
        self.write("agent/c.h", '#pragma once\n#include "sextant/a.h"\n#include "made.h"\n')
        self.write("generated/made.h", "#pragma once\n")
        self.generated = ("--generated", os.path.join(self.root, "generated"))

    def test_good(self):
        self.passes("headers", *self.generated)

    def test_incomplete(self):
        self.write("agent/c.h", "#pragma once\nsize_t f(void);\n")
        self.fails("headers", "agent/c.h", "size_t", arguments=self.generated)

    def test_not_guarded(self):
        self.write("agent/c.h", "struct c {\n    int c;\n};\n")
        self.fails("headers", "agent/c.h", "redefinition", arguments=self.generated)

    def test_warning(self):
        self.write("core/b.h", "#pragma once\nstatic inline char b(int a)\n{\n    return a;\n}\n")
        self.fails("headers", "core/b.h", "-Werror=conversion", arguments=self.generated)

    def test_public_header_needs_internal(self):
        self.write("core/include/sextant/a.h", '#pragma once\n#include "b.h"\n')
        status, output = self.check("headers", *self.generated)
        self.assertEqual(status, 1)
        self.assertIn("core/include/sextant/a.h", output)


class Yang(CheckTest):
    MODULE = ("module m {\n  yang-version 1.1;\n  namespace \"urn:m\";\n  prefix m;\n"
              "  import ietf-yang-types {\n    prefix yang;\n  }\n"
              "  leaf n {\n    type uint8 {\n      range \"1..6\" {\n"
              "        error-message \"One to six.\";\n      }\n    }\n  }\n"
              "  leaf t {\n    type yang:uuid;\n  }\n}\n")
    DOCUMENT = '<!-- modules: m{} -->\n<n xmlns="urn:m">{}</n>\n'

    def setUp(self):
        super().setUp()
        self.write("yang/m.yang", self.MODULE)
        self.valid = "tests/checks/yang-data/valid/n.xml"
        self.invalid = "tests/checks/yang-data/invalid/n.xml"
        self.write(self.valid, self.DOCUMENT.format("", 6))
        self.write(self.invalid, self.DOCUMENT.format("; error: One to six", 7))

    def test_good(self):
        self.passes("yang")

    def test_module_does_not_load(self):
        self.write("yang/bad.yang", self.MODULE.replace("module m", "module bad").replace(
            "type uint8", "type uint88"))
        self.fails_somewhere("yang/bad.yang: libyang err")

    def test_module_gives_a_warning(self):
        self.write("yang/b.yang", 'module b {\n  yang-version 1.1;\n  namespace "urn:b";\n'
                   '  prefix b;\n  leaf x {\n    must "../gone";\n    type string;\n  }\n}\n')
        self.fails_somewhere("yang/b.yang: libyang warn")

    def test_file_name(self):
        self.write("yang/other.yang", self.MODULE.replace("urn:m", "urn:other"))
        self.fails_somewhere("yang/other.yang: the file is not named as its module")

    def test_valid_is_refused(self):
        self.write(self.valid, self.DOCUMENT.format("", 7))
        self.fails("yang", self.valid, "should be valid", "One to six")

    def test_invalid_is_accepted(self):
        self.write(self.invalid, self.DOCUMENT.format("; error: One to six", 5))
        self.fails("yang", self.invalid, "is accepted")

    def test_other_error(self):
        self.write(self.invalid, self.DOCUMENT.format("; error: One to nine", 7))
        self.fails("yang", self.invalid, "One to six", "One to nine")

    def test_no_error_named(self):
        self.write(self.invalid, self.DOCUMENT.format("", 7))
        self.fails("yang", self.invalid, "does not name the error")

    def test_no_modules_named(self):
        self.write(self.valid, '<n xmlns="urn:m">6</n>\n')
        self.fails("yang", self.valid, "does not name the modules")

    def fails_somewhere(self, culprit):
        status, output = self.check("yang")
        self.assertEqual(status, 1, output)
        self.assertIn(culprit, output)


class Mib(CheckTest):
    MODULE = (
        "X-MIB DEFINITIONS ::= BEGIN\nIMPORTS MODULE-IDENTITY, enterprises FROM SNMPv2-SMI;\n"
        'x MODULE-IDENTITY LAST-UPDATED "202611210000Z" ORGANIZATION "o" CONTACT-INFO "c"\n'
        'DESCRIPTION "d" REVISION "202611210000Z" DESCRIPTION "r"\n'
        "::= { enterprises 8072 9999 }\nEND\n")

    def setUp(self):
        super().setUp()
        self.write("mibs/X-MIB.txt", self.MODULE)
        self.write("mibs/README.md", "- `node-implicit`: the arc above is another's\n")

    def test_good(self):
        self.passes("mib")

    def test_not_listed(self):
        self.write("mibs/README.md", "")
        self.fails("mib", "mibs/X-MIB.txt:5", "node-implicit")

    def test_listed_in_vain(self):
        self.write("mibs/README.md", "- `node-implicit`: so\n- `revision-missing`: no longer\n")
        self.fails("mib", "mibs/README.md", "revision-missing")

    def test_base_module_missing(self):
        self.edit("mibs/X-MIB.txt", "FROM SNMPv2-SMI", "FROM SNMPv2-SMI xyz FROM NO-SUCH-MIB")
        status, output = self.check("mib")
        self.assertEqual(status, 1)
        self.assertIn("NO-SUCH-MIB", output)


class Catalogue(CheckTest):
    def setUp(self):
        super().setUp()
        self.write("core/catalogue.c", (
            "static const struct sx_alarm_type catalogue[] = {\n"
            '    {20004, "%s", "Link lost", SX_SEVERITY_WARNING, "Text."},\n'
            '    {20006, "%s",\n        "Database " "lost", SX_SEVERITY_CRITICAL, "More."},\n'
            "};\n") % UUIDS)
        self.write("yang/sextant-alarms.yang", (
            "module sextant-alarms {\n  identity sextant-alarm {\n    description \"Base.\";\n  }\n"
            '  identity link-lost-20004 {\n    description\n      "Link\n       lost.  Text.\n'
            '       Severity: warning.";\n  }\n'
            '  identity database-lost-20006 {\n    description\n      "Database lost.  Severity: '
            'critical.";\n  }\n}\n'))
        self.write("mibs/SEXTANT-MIB.txt", "".join(
            f"{name} NOTIFICATION-TYPE\n  OBJECTS {{ sextantAlarmId, sextantAlarmUuid }}\n"
            for name in ("sextantAlarmRaised", "sextantAlarmCleared")))
        self.write("tools/man/sextant-alarms.7", ".SS 20004 Link lost\nText.\n.TP\n"
                   ".B 20006\nDatabase lost\nMore.\n")

    def test_good(self):
        self.passes("catalogue")

    def test_file_missing(self):
        os.remove(os.path.join(self.root, "mibs/SEXTANT-MIB.txt"))
        self.fails("catalogue", "mibs/SEXTANT-MIB.txt", "missing")

    def test_one_thing_wrong(self):
        alarms, page = "yang/sextant-alarms.yang", "tools/man/sextant-alarms.7"
        mib, table = "mibs/SEXTANT-MIB.txt", "core/catalogue.c"
        for name, old, new, culprits in (
                (table, UUIDS[1], UUIDS[0], ("core/catalogue.c:3", "20006", "another alarm")),
                (table, UUIDS[1], "no-uuid", ("core/catalogue.c:3", "20006", "not a UUID")),
                (table, "SX_SEVERITY_WARNING", "7", ("20004", "severity")),
                (alarms, "-lost-20006", "-lost-", ("20006", "no identity")),
                (alarms, "  identity sextant-alarm {", "  identity x-20009 {", ("no alarm 20009",)),
                (alarms, "  identity sextant-alarm {", '  identity x-20004 {\n    description '
                 '"Link lost. Severity: warning.";\n  }\n  identity s {',
                 ("20004", "another identity")),
                (alarms, "Severity: critical", "Severity: error", ("20006", "Severity: critical.")),
                (alarms, "Database lost", "Database found", ("20006", "Database lost")),
                (mib, "Raised NOTIFICATION-TYPE\n  OBJECTS { sextantAlarmId,",
                 "Raised NOTIFICATION-TYPE\n  OBJECTS {", ("sextantAlarmRaised", "id")),
                (mib, "AlarmCleared", "AlarmEnded", ("sextantAlarmCleared",)),
                (page, "Database lost", "Database found", ("20006", "Database lost")),
                (page, "lost\nText.", "lost\nTest.", ("20004", '"Text."')),
                (page, ".B 20006", ".B 2000", ("20006", "missing")),
                (page, ".SS 20004", ".SS 29999 Ghost\n.SS 20004", ("29999",))):
            with self.subTest(new):
                self.setUp()
                self.edit(name, old, new)
                self.fails("catalogue", *culprits)

    def test_alarm_twice(self):
        self.edit("core/catalogue.c", "20006", "20004")
        status, output = self.check("catalogue")
        self.assertEqual(status, 1)
        self.assertIn("alarm 20004 stands twice", output)


class Sources(CheckTest):
    def setUp(self):
        super().setUp()
        self.write("core/a.c", f"// {SPDX}")
        self.write("tools/run", f"#!/bin/sh\n# {SPDX}echo XXXXXX\n", 0o755)
        self.write("tools/more", f"#!/usr/bin/python3 -B\n# {SPDX}print(1)\n", 0o755)
        self.write("README.md", "# A\n")

    def test_good(self):
        self.passes("sources")

    def test_licence(self):
        for name in ("core/b.c", "agent/b.h", "yang/b.yang", "tests/CMakeLists.txt",
                     "mibs/B-MIB.txt", "tests/b.py", "agent/b.proto"):
            with self.subTest(name):
                self.setUp()
                self.write(name, "\n")
                self.fails("sources", name + ":1", "SPDX")

    def test_script_without_licence(self):
        self.write("tools/run", "#!/bin/sh\n", 0o755)
        self.fails("sources", "tools/run:1", "SPDX")

    def test_markers(self):
        for marker in ("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"):
            with self.subTest(marker):
                self.write("README.md", f"# A\n({marker}: later)\n")
                self.fails("sources", "README.md:2", marker)

    def test_machine_path(self):
        for path in ("/wo" + "rk/main", '"/wo' + 'rk"', "see /tmp/s" + "x/file"):
            with self.subTest(path):
                self.write("core/a.c", f"// {SPDX}// {path}\n")
                self.fails("sources", "core/a.c:2", "machine")

    def test_shell_does_not_parse(self):
        self.write("tools/run", f"#!/bin/sh\n# {SPDX}if true; then\n", 0o755)
        self.fails("sources", "tools/run", "does not parse")
        self.write("tools/run", f"#!/bin/sh\n# {SPDX}f() {{ a=(1 2); }}\n", 0o755)
        self.fails("sources", "tools/run", "does not parse")
        self.write("tools/run", f"#!/bin/bash\n# {SPDX}f() {{ a=(1 2); }}\n", 0o755)
        self.passes("sources")

    def test_python_does_not_compile(self):
        self.write("tools/more", f"#!/usr/bin/python3\n# {SPDX}print(\n", 0o755)
        self.fails("sources", "tools/more:3", "does not compile")

    def test_other_python(self):
        self.write("tools/more", f"#!/usr/bin/env python3\n# {SPDX}", 0o755)
        self.fails("sources", "tools/more:1", "/usr/bin/python3")

    def test_not_executable(self):
        os.chmod(os.path.join(self.root, "tools/run"), 0o644)
        self.fails("sources", "tools/run:1", "not executable")


class Docs(CheckTest):
    def setUp(self):
        super().setUp()
        for name in ("CMakeLists.txt", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", ".gitignore"):
            self.write(name, "")
        for folder in ("agent", "core", "yang", "mibs", "tests", "tools", "tests/unit"):
            self.write(f"{folder}/README.md", "# Here\n## It's `here`\n" + "\n" * 58)
        self.write("README.md", "[core](core/README.md#its-here) [x](https://x.example/) `[y](z)`\n"
                   "```\n[z](nowhere)\n```\n[folder](tests/) [up](#end)\n# End\n[r]: LICENSE\n")

    def test_good(self):
        self.passes("docs")

    def test_readme_missing(self):
        os.remove(os.path.join(self.root, "tests/unit/README.md"))
        self.write("tests/unit/test_a.c", "")
        self.fails("docs", "tests/unit", "no README.md")

    def test_page_too_long(self):
        self.write("core/README.md", "# Here\n## It's `here`\n" + "\n" * 59)
        self.fails("docs", "core/README.md", "61 lines")

    def test_top_level(self):
        os.remove(os.path.join(self.root, "CHANGELOG.md"))
        self.fails("docs", "CHANGELOG.md", "missing")
        self.write("CHANGELOG.md", "")
        self.write("extra/file.c", "")
        self.fails("docs", "extra", "does not belong")

    def test_dead_links(self):
        for link in ("[a](nowhere.md)", "[a](core/README.md#nowhere)", "[a](#nowhere)",
                     "[a](../outside.md)", "[a](/etc/passwd)", "[a]: nowhere.md"):
            with self.subTest(link):
                self.write("CHANGELOG.md", f"\n{link}\n")
                self.fails("docs", "CHANGELOG.md:2")


class Units(CheckTest):
    def setUp(self):
        super().setUp()
        for name in ("core/one.c", "core/include/sextant/one.h", "agent/two.c"):
            self.write(name, "")
        self.write("tests/unit/test_one.c", "assert_true(1);\ncmocka_run_group_tests(t, 0, 0);\n")

    def test_good(self):
        self.passes("units")

    def test_missing(self):
        self.write("core/three.c", "")
        self.write("tests/unit/test_three.h", "")
        self.write("tests/lib/test_three.c", "")
        self.fails("units", "core/three.c", "tests/unit/test_three.c")

    def test_asserts_nothing(self):
        for text in ("", "cmocka_run_group_tests(t, 0, 0);\n", "assert_true(1);\n",
                     "/* assert_true(1); */ cmocka_run_group_tests(t, 0, 0);\n"):
            with self.subTest(text):
                self.write("tests/unit/test_one.c", text)
                self.fails("units", "tests/unit/test_one.c", "core/one.c")


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv)
