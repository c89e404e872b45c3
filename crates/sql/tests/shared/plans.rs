//! What sellers ask for is found by an index, however much there is. Each SQL store holds this in
//! its own tests: the functions of its tables are called, and their statements explained.

use mintage_domain::base::email::{Email, EmailStart};
use mintage_domain::base::id::CustomerId;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::text::Text;
use mintage_domain::ports::{AuditFilter, CustomerFilter, LicenseFilter};
use mintage_sql::watch::Watch;

use super::{Conn, tables};

/// Asks each question, and holds the plan of the last statement to one of the indexes for it.
/// `explain` is given the statement with its values, as diesel prints both.
pub(crate) fn each_question_has_its_index(
    conn: &mut Conn,
    watch: &Watch,
    explain: impl Fn(&str) -> String,
) {
    let acme = TenantId::parse("acme").unwrap();
    let page = PageRequest::default();
    let held = |question: &str, indexes: &[&str]| {
        let statements = watch.statements();
        let plan = explain(statements.last().unwrap());
        let named = |index: &&str| plan.split([' ', '\n']).any(|word| word == *index);
        assert!(indexes.iter().any(named), "{question}: {plan}");
    };
    for (filter, indexes) in [
        (CustomerFilter::default(), &["customers_newest"][..]),
        (
            CustomerFilter {
                email_start: EmailStart::parse("buyer-77").ok(),
                ..CustomerFilter::default()
            },
            &["customers_email"],
        ),
        (
            CustomerFilter {
                email: Email::parse("buyer-77@example.test").ok(),
                ..CustomerFilter::default()
            },
            &["customers_email", "customers_identity"],
        ),
        (
            CustomerFilter {
                external_id: Text::parse("crm-70").ok(),
                ..CustomerFilter::default()
            },
            &["customers_external_id"],
        ),
    ] {
        tables::sales::customer::list(conn, &acme, &filter, &page).unwrap();
        held(&format!("{filter:?}"), indexes);
    }
    let of_one = LicenseFilter {
        customer: CustomerId::parse("cus_77").ok(),
        ..LicenseFilter::default()
    };
    let of_address = LicenseFilter {
        email: Email::parse("buyer-77@example.test").ok(),
        ..LicenseFilter::default()
    };
    for (filter, index) in [
        (LicenseFilter::default(), "licenses_newest"),
        (of_one, "licenses_customer"),
        (of_address, "licenses_customer"),
    ] {
        tables::licenses::license::list(conn, &acme, &filter, &page).unwrap();
        held(&format!("{filter:?}"), &[index]);
    }
    for (target, action, indexes) in [
        ("", "", &["audit_entries_newest"][..]),
        ("lic_77", "", &["audit_entries_target"]),
        ("", "license.frozen", &["audit_entries_action"]),
        (
            "lic_77",
            "license.frozen",
            &["audit_entries_target", "audit_entries_action"],
        ),
    ] {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let filter = AuditFilter {
            target: text(target),
            action: text(action),
            ..AuditFilter::default()
        };
        tables::sellers::audit::list(conn, &acme, &filter, &page).unwrap();
        held(&format!("{filter:?}"), indexes);
    }
}
