//! The connected accounts: whether Stripe lets them sell and be paid out.

use std::collections::BTreeSet;
use std::error::Error;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sellers::tenant::TenantStatus;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::connection::Connection;
use mintage_domain::ports::{Store, StoreError, Stripe, StripeAccount, StripeError};
use mintage_domain::usecase::stripe::status::{ConnectionReport, report as report_of};
use mintage_stripe::StripeClient;

use super::check::Check;
use super::events;
use super::platform::variables;
use super::report::{Finding, Report};

/// The number of connections that are read at once.
const STEP: usize = 100;

/// The most connections that are looked at.
const MAX_CONNECTIONS: usize = 10_000;

/// The most accounts about which Stripe is asked. Of the others counts what Stripe said last.
const MAX_ASKED: usize = 50;

/// Looks at accounts, and asks Stripe while Stripe answers.
struct Looker<'a> {
    store: &'a dyn Store,
    stripe: &'a StripeClient,
    /// The modes in which Stripe is asked.
    askable: Vec<Mode>,
    /// How often Stripe was asked.
    calls: usize,
    /// The accounts that Stripe has described.
    described: Vec<AccountRef>,
    looked_at: usize,
}

/// Checks the connected accounts, and whether their events arrive.
pub(super) fn check(
    report: &mut Report,
    store: &dyn Store,
    stripe: &StripeClient,
    usable: &[Mode],
) -> Result<(), Box<dyn Error>> {
    let mut looker = Looker {
        store,
        stripe,
        askable: usable.to_vec(),
        calls: 0,
        described: Vec::new(),
        looked_at: 0,
    };
    let mut unconfigured = BTreeSet::new();
    for connection in connections(store)? {
        let tenant = store.tenant(&connection.tenant)?;
        let is_active = tenant.is_some_and(|it| it.status == TenantStatus::Active);
        let Some(account) = connection.state.account().filter(|_| is_active) else {
            continue;
        };
        if stripe.offers(account.mode) {
            looker.look(report, &connection.tenant, &account)?;
        } else {
            unconfigured.insert(account.mode.as_str());
        }
    }
    for mode in [Mode::Sandbox, Mode::Live] {
        if unconfigured.contains(mode.as_str()) {
            report.add(mode_is_missing(mode));
        }
    }
    let looked_at = looker.looked_at;
    if looked_at > 0 {
        for (check, what) in [
            (Check::AccountAccess, "was taken away"),
            (Check::Charges, "is known to take no payments"),
            (Check::Payouts, "is known not to be paid out"),
            (Check::Prices, "lacks a price"),
        ] {
            let message = format!("of {looked_at} connected accounts none {what}");
            report.ok_if_clean(check, message);
        }
    }
    for mode in [Mode::Sandbox, Mode::Live] {
        let described = looker.described.iter().filter(|it| it.mode == mode);
        events::check(report, store, stripe, mode, described)?;
    }
    Ok(())
}

pub(super) fn connections(store: &dyn Store) -> Result<Vec<Connection>, StoreError> {
    let mut all: Vec<Connection> = Vec::new();
    while all.len() < MAX_CONNECTIONS {
        let next = store.connected(all.last().map(|it| &it.tenant), STEP)?;
        if next.is_empty() {
            break;
        }
        all.extend(next);
    }
    Ok(all)
}

fn mode_is_missing(mode: Mode) -> Finding {
    let variables = variables(mode);
    let message = "sellers are connected in this mode, and it is not set up";
    let mend = format!(
        "Set {}, {} and {} again, and restart the servers.",
        variables.client_id, variables.key, variables.webhook_secret
    );
    Finding::failed(Check::StripeMode, message, mend).in_mode(mode)
}

impl Looker<'_> {
    fn look(
        &mut self,
        report: &mut Report,
        tenant: &TenantId,
        account: &AccountRef,
    ) -> Result<(), Box<dyn Error>> {
        self.looked_at = self.looked_at.saturating_add(1);
        let answer = self.ask(account);
        let known = report_of(self.store, tenant, answer.as_ref())?;
        let findings = if let Some(Err(StripeError::AccountGone)) = answer {
            vec![access_is_revoked(account)]
        } else {
            self.findings(account, &known)?
        };
        for finding in findings {
            report.add(finding.in_mode(account.mode).of(tenant));
        }
        Ok(())
    }

    /// Asks Stripe about an account; `None` if Stripe is not asked, or has no answer.
    fn ask(&mut self, account: &AccountRef) -> Option<Result<StripeAccount, StripeError>> {
        if self.calls >= MAX_ASKED || !self.askable.contains(&account.mode) {
            return None;
        }
        self.calls = self.calls.saturating_add(1);
        let answer = self.stripe.account(account);
        match &answer {
            Ok(_) => self.described.push(account.clone()),
            Err(StripeError::AccountGone) => {}
            Err(_) => {
                // The next account would have to wait for the same answer.
                self.askable.retain(|mode| *mode != account.mode);
                return None;
            }
        }
        Some(answer)
    }

    fn findings(
        &self,
        account: &AccountRef,
        known: &ConnectionReport,
    ) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        if let Some(facts) = &known.facts {
            if !facts.charges_enabled {
                findings.push(Finding::failed(
                    Check::Charges,
                    facts.why_no_charges(),
                    "The seller enters at Stripe what it requires: GET /v1/integrations/stripe/status names it, and \
                     POST /v1/integrations/stripe/onboard answers a link.",
                ));
            }
            if !facts.payouts_enabled {
                findings.push(Finding::failed(
                    Check::Payouts,
                    format_args!("Stripe pays nothing out to {}", account.account),
                    "The seller adds a bank account in Stripe's dashboard, and enters what Stripe requires.",
                ));
            }
        }
        findings.extend(self.failed_payout(account)?);
        if !known.missing_prices.is_empty() {
            let ids = known.missing_prices.iter().take(10);
            let ids: Vec<String> = ids.map(|it| format!("{}/{}", it.product, it.id)).collect();
            findings.push(Finding::warning(
                Check::Prices,
                format_args!(
                    "{} key types on sale have no price on the account: {}",
                    known.missing_prices.len(),
                    ids.join(", ")
                ),
                "The seller calls POST /v1/integrations/stripe/setup-prices.",
            ));
        }
        Ok(findings)
    }

    /// The newest payout of a currency, if it failed.
    fn failed_payout(&self, account: &AccountRef) -> Result<Option<Finding>, StoreError> {
        let state = self.store.account_state(account)?;
        let mut currencies = BTreeSet::new();
        let payouts = state.map(|state| state.payouts).unwrap_or_default();
        let mut newest = payouts
            .into_iter()
            .filter(|it| currencies.insert(it.currency.clone()));
        let failed = newest.find(|it| it.failed);
        Ok(failed.map(|payout| {
            let reason = payout.failure_code.unwrap_or_else(|| "no reason".to_owned());
            Finding::failed(
                Check::Payouts,
                format_args!("the newest payout, {}, failed: {reason}", payout.id),
                "The seller corrects the bank account in Stripe's dashboard; Stripe then pays out again.",
            )
        }))
    }
}

fn access_is_revoked(account: &AccountRef) -> Finding {
    Finding::failed(
        Check::AccountAccess,
        format_args!(
            "Stripe does not let the platform use {} any more, and the server has not been told",
            account.account
        ),
        "The seller connects again: POST /v1/integrations/stripe/connect answers a link. That the event about it \
         is missing points at the webhook endpoint.",
    )
}
