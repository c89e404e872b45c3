//! How many mails a tenant may have sent to buyers. A tenant chooses the addresses of its licenses, so
//! without rates the server would mail anybody as often as a tenant likes.

use std::time::Duration;

use data_encoding::HEXLOWER;

use crate::base::email::Email;
use crate::base::mode::Mode;
use crate::base::secret::sha256;
use crate::base::time::Timestamp;
use crate::model::access::rate::{Rate, Take};
use crate::model::sellers::tenant::{Plan, Tenant};
use crate::ports::{RateLimiter, StoreError, TakeQuery};

const HOUR: Duration = Duration::from_hours(1);

/// The most mails of a sandbox in an hour.
const SANDBOX: u32 = 20;

/// What the rates count. The two are counted apart, so that a key which is resent takes from the mails that
/// are sent only when its mail is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// Mails that are sent.
    Sent,
    /// Keys that are resent by a call.
    Resent,
}

impl Counted {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "mail",
            Self::Resent => "resend",
        }
    }
}

/// Takes one mail from each rate of a mail, the narrowest first, so that a recipient who is mailed too
/// often takes nothing from the others. Returns how long the mail must wait if a rate is used up.
pub(super) fn take_rates(
    store: &(impl RateLimiter + ?Sized),
    counted: Counted,
    tenant: &Tenant,
    mode: Mode,
    to: &Email,
    now: Timestamp,
) -> Result<Option<Duration>, StoreError> {
    for (key, rate) in rates(counted, tenant, mode, to) {
        let n = 1;
        let taken = store.take(TakeQuery { key, rate, n, now })?;
        if let Take::Refused(wait) = taken {
            return Ok(Some(wait));
        }
    }
    Ok(None)
}

/// The rates that a mail with a license key takes from, each with its key, the narrowest first. The
/// address of a recipient is hashed in the key, so that no rate holds personal data.
fn rates(counted: Counted, tenant: &Tenant, mode: Mode, to: &Email) -> Vec<(String, Rate)> {
    let (counted, id) = (counted.as_str(), &tenant.id);
    let mut rates = Vec::new();
    if *to != tenant.email {
        let address = HEXLOWER.encode(&sha256(to.without_tag().as_bytes()));
        let key = format!("{counted}-recipient:{id}:{address}");
        rates.push((key, of_recipient(tenant.plan)));
    }
    if mode == Mode::Sandbox {
        rates.push((format!("{counted}-sandbox:{id}"), SANDBOX));
    }
    rates.push((format!("{counted}-tenant:{id}"), of_tenant(tenant.plan)));
    let hourly = |(key, limit)| {
        let window = HOUR;
        (key, Rate { limit, window })
    };
    rates.into_iter().map(hourly).collect()
}

/// The most mails of a tenant in an hour.
fn of_tenant(plan: Plan) -> u32 {
    match plan {
        Plan::Free => 50,
        Plan::Starter => 500,
        Plan::Plus => 5_000,
        Plan::Pro => 50_000,
    }
}

/// The most mails of a tenant to one address in an hour.
fn of_recipient(plan: Plan) -> u32 {
    match plan {
        Plan::Free => 5,
        Plan::Starter | Plan::Plus | Plan::Pro => 10,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::slug::TenantId;
    use crate::model::sellers::tenant::TenantStatus;

    #[test]
    fn strangers_and_sandboxes_have_rates_of_their_own() {
        let seller = Email::parse("seller@acme.test").unwrap();
        let stranger = Email::parse("ada@example.test").unwrap();
        for (plan, mode, to, limits) in [
            (Plan::Free, Mode::Live, &stranger, &[5, 50][..]),
            (Plan::Starter, Mode::Live, &stranger, &[10, 500]),
            (Plan::Pro, Mode::Live, &stranger, &[10, 50_000]),
            (Plan::Pro, Mode::Sandbox, &stranger, &[10, 20, 50_000]),
            (Plan::Free, Mode::Live, &seller, &[50]),
            (Plan::Free, Mode::Sandbox, &seller, &[20, 50]),
        ] {
            let tenant = Tenant {
                id: TenantId::parse("acme").unwrap(),
                email: seller.clone(),
                plan,
                mails: true,
                status: TenantStatus::Active,
                created_at: Timestamp::EPOCH,
                version: 1,
            };
            let rates = rates(Counted::Sent, &tenant, mode, to);
            let found: Vec<u32> = rates.iter().map(|(_, rate)| rate.limit).collect();
            assert_eq!(found, limits, "{plan:?} {mode} {to}");
            assert!(rates.iter().all(|(key, _)| !key.contains('@')));
        }
    }
}
