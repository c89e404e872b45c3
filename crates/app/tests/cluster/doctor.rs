//! The doctor on a PostgreSQL, which it only reads.

use crate::database::Database;
use crate::harness::Stage;

#[test]
fn the_doctor_migrates_nothing_and_reads_a_postgresql_that_a_server_has_migrated() {
    let stage = Stage::new();
    let database = Database::postgres();
    let settings = database.settings();
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    for _ in 0..2 {
        let empty = stage.doctor(&settings, &[]);
        empty.found("database", "ok");
        let told = empty.failure("schema");
        assert!(told.contains("older than this version"), "still: {told}");
    }
    assert!(stage.run(&settings, &["migrate"]).status.success());
    let migrated = stage.doctor(&settings, &[]);
    assert_eq!(migrated.checks("failed"), [""; 0]);
    migrated.found("schema", "ok");
    migrated.found("parked-events", "ok");

    let [url, _] = settings;
    let other = (
        "MINTAGE_MASTER_KEY",
        "k1:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",
    );
    let create = [
        "tenant", "create", "--tenant", "acme", "--email", "a@b.test",
    ];
    assert!(stage.run(&settings, &create).status.success());
    let wrong = stage.doctor(&[url, other], &[]);
    assert_eq!(wrong.checks("failed"), ["master-key"]);
    let url = "postgres://nobody:sesame@127.0.0.1:1/nothing";
    let away = stage.doctor(&[("DATABASE_URL", url), other], &[]);
    assert_eq!(away.checks("failed"), ["database"]);
}
