// SPDX-License-Identifier: Apache-2.0
#include "sextantctl/rolling.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the next look writes; `over` is what the function says of it. */
static void expect(
    const struct ly_ctx *context, const char *xml, char last[256], const char *line, bool over)
{
    struct lyd_node *state = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_int_equal(
        lyd_parse_data_mem(context, xml, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &state),
        LY_SUCCESS);
    assert_int_equal(ctl_rolling_progress(state, last, 256, out), over);
    fclose(out);
    assert_string_equal(text, line);
    free(text);
    lyd_free_all(state);
}

static void each_step_is_a_line_once(void **state)
{
    struct ly_ctx *context = NULL;
    char last[256] = "";

    (void)state;
    assert_int_equal(ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY, &context), LY_SUCCESS);
    expect(context,
        "<r "
        "xmlns=\"urn:x\"><status>running</status><address>a</address><done>0</done><total>2</"
        "total></r>",
        last, "[0/2] a restarts\n", false);
    expect(context,
        "<r "
        "xmlns=\"urn:x\"><status>running</status><address>a</address><done>0</done><total>2</"
        "total></r>",
        last, "", false);
    expect(context,
        "<r "
        "xmlns=\"urn:x\"><status>running</status><address>b</address><done>1</done><total>2</"
        "total></r>",
        last, "[1/2] b restarts\n", false);
    expect(context,
        "<r "
        "xmlns=\"urn:x\"><status>stopped</status><address>b</address><done>1</done><total>2</total>"
        "<reason>it is gone</reason></r>",
        last, "[1/2] stopped at b: it is gone\n", true);
    expect(context,
        "<r xmlns=\"urn:x\"><status>completed</status><done>2</done><total>2</total></r>", last,
        "[2/2] all systems have restarted\n", true);
    expect(context, "<r xmlns=\"urn:x\"><status>idle</status></r>", last,
        "no rolling restart is under way\n", true);
    ly_ctx_destroy(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_step_is_a_line_once)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
