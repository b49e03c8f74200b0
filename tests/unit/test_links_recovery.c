// SPDX-License-Identifier: Apache-2.0
#include "links_fixture.h"
#include "peer/table.h"

/** A visitor of the recovery port, made with the product's own connection. */
struct visit {
    bool secured, lost, answered;
    char reason[SX_REASON_MAX];
    struct ag_envelope reply;
};

static struct visit visit;

static void on_secured(void *owner)
{
    ((struct visit *)owner)->secured = true;
}

static void on_frame(void *owner, const uint8_t *bytes, size_t length)
{
    struct visit *of = owner;
    struct sx_error err;

    assert_int_equal(ag_envelope_decode(bytes, length, &of->reply, &err), 0);
    of->answered = true;
}

static void on_alive(void *owner)
{
    (void)owner;
}

static void on_lost(void *owner, const char *reason, bool ended)
{
    (void)reason;
    (void)ended;
    ((struct visit *)owner)->lost = true;
}

static bool visit_secured(struct fixture *fixture)
{
    (void)fixture;
    return visit.secured;
}

static bool visit_answered(struct fixture *fixture)
{
    (void)fixture;
    return visit.answered;
}

static bool visit_lost(struct fixture *fixture)
{
    (void)fixture;
    return visit.lost;
}

static const struct ag_connection_handlers visitor = {
    .secured = on_secured, .frame = on_frame, .alive = on_alive, .lost = on_lost};

static struct ag_connection *begin_visit(
    struct fixture *fixture, struct ag_connection_pool *pool, const char *certificate)
{
    char pem[64], key[64];
    struct ag_tls_files files = {0};
    struct ag_endpoint local, remote;
    struct sx_error err;

    snprintf(pem, sizeof pem, "%s.pem", certificate);
    snprintf(key, sizeof key, "%s.key", certificate);
    files.certificate = test_pki_path(fixture->pki, pem);
    files.key = test_pki_path(fixture->pki, key);
    *pool = (struct ag_connection_pool){.base = ag_loop_base(fixture->loop)};
    TAILQ_INIT(&pool->list);
    assert_int_equal(ag_tls_new(&files, &pool->tls, &err), 0);
    ag_endpoint_parse("127.0.0.32", 0, &local);
    ag_endpoint_parse("127.0.0.31", RECOVERY_PORT, &remote);
    visit = (struct visit){.secured = false};
    return ag_connection_dial(pool, &local, &remote, &visitor, &visit);
}

static void recovery_tells_a_peer_the_status(void **state)
{
    struct fixture *fixture = *state;
    const struct ag_envelope request = {.type = AG_ENVELOPE_STATUS_REQUEST};
    const struct ag_envelope other = {.type = AG_ENVELOPE_CHOICE};
    struct ag_connection_pool pool;
    struct ag_connection *connection;
    struct sx_error err;

    fixture_start(fixture, &fixture->a);
    fixture_open(&fixture->a, &fixture->b, true);
    connection = begin_visit(fixture, &pool, "b.test");
    fixture_wait(fixture, visit_secured);
    assert_int_equal(ag_connection_send(connection, &request, &err), 0);
    fixture_wait(fixture, visit_answered);
    assert_int_equal(visit.reply.type, AG_ENVELOPE_STATUS_REPLY);
    assert_string_equal(visit.reply.status.system_name, "system-a");
    assert_int_equal(visit.reply.status.role, SX_ROLE_PRIMARY);
    assert_int_equal(visit.reply.status.revision, 17);
    assert_memory_equal(visit.reply.status.schema_hash, sx_schema_hash(fixture->schema), 32);
    assert_int_equal(ag_connection_send(connection, &other, &err), 0);
    fixture_wait(fixture, visit_lost);
    ag_connection_pool_clear(&pool);
    ag_tls_free(pool.tls);
}

static void recovery_holds_certificates_against_the_list(void **state)
{
    struct fixture *fixture = *state;
    struct ag_connection_pool pool;

    fixture_start(fixture, &fixture->a);
    fixture_open(&fixture->a, &fixture->b, true);
    begin_visit(fixture, &pool, "rogue");
    fixture_wait(fixture, visit_lost);
    assert_int_equal(visit.reply.type, AG_ENVELOPE_GOODBYE);
    assert_non_null(strstr(visit.reply.goodbye, "self-signed"));
    ag_connection_pool_clear(&pool);
    ag_tls_free(pool.tls);
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINK_TEST(recovery_tells_a_peer_the_status),
        LINK_TEST(recovery_holds_certificates_against_the_list),
    };

    return cmocka_run_group_tests(tests, fixture_group_set_up, fixture_group_tear_down);
}
