use serde_json::{Value, json};

/// A seller's account or the platform's own account.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the fields of Stripe's account"
)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) email: String,
    /// Unix seconds.
    pub(crate) created: i64,
    pub(crate) charges_enabled: bool,
    pub(crate) payouts_enabled: bool,
    pub(crate) details_submitted: bool,
    /// `standard`, `express`, `custom` or `none`.
    pub(crate) kind: String,
    pub(crate) requirements: Requirements,
    pub(crate) schedule: Schedule,
    /// Whether a debit card that takes instant payouts is attached.
    pub(crate) instant_payouts: bool,
}

#[derive(Clone, PartialEq, Default)]
pub(crate) struct Requirements {
    pub(crate) currently_due: Vec<String>,
    pub(crate) past_due: Vec<String>,
    pub(crate) disabled_reason: Option<String>,
    pub(crate) current_deadline: Option<i64>,
}

#[derive(Clone, PartialEq)]
pub(crate) struct Schedule {
    /// `daily`, `weekly`, `monthly` or `manual`.
    pub(crate) interval: String,
    pub(crate) delay_days: i64,
    pub(crate) weekly_anchor: Option<String>,
    pub(crate) monthly_anchor: Option<i64>,
}

impl Account {
    /// An account of a seller who has told Stripe all.
    pub(crate) fn complete(id: &str, email: &str, created: i64) -> Self {
        Self {
            id: id.into(),
            email: email.into(),
            created,
            charges_enabled: true,
            payouts_enabled: true,
            details_submitted: true,
            kind: "standard".into(),
            requirements: Requirements::default(),
            schedule: Schedule {
                interval: "daily".into(),
                delay_days: 2,
                weekly_anchor: None,
                monthly_anchor: None,
            },
            instant_payouts: false,
        }
    }

    /// The dashboard that the owner of the account has.
    fn dashboard(&self) -> &'static str {
        match self.kind.as_str() {
            "express" => "express",
            "custom" => "none",
            _ => "full",
        }
    }

    fn requirements_json(&self) -> Value {
        let due = &self.requirements;
        json!({
            "alternatives": [], "current_deadline": due.current_deadline,
            "currently_due": due.currently_due, "disabled_reason": due.disabled_reason,
            "errors": [], "eventually_due": due.currently_due, "past_due": due.past_due,
            "pending_verification": [],
        })
    }

    fn schedule_json(&self) -> Value {
        let schedule = &self.schedule;
        let mut json = json!({
            "delay_days": schedule.delay_days, "interval": schedule.interval,
        });
        if let Some(anchor) = &schedule.weekly_anchor {
            json["weekly_anchor"] = anchor.as_str().into();
        }
        if let Some(anchor) = schedule.monthly_anchor {
            json["monthly_anchor"] = anchor.into();
        }
        json
    }

    fn external_accounts_json(&self) -> Value {
        let card = json!({
            "id": format!("card_{}", self.id.trim_start_matches("acct_")),
            "object": "card", "account": self.id, "available_payout_methods": ["standard", "instant"],
            "brand": "Visa", "country": "US", "currency": "usd", "default_for_currency": true,
            "exp_month": 12, "exp_year": 2050, "funding": "debit", "last4": "5556", "metadata": {},
        });
        let data: Vec<Value> = self.instant_payouts.then_some(card).into_iter().collect();
        json!({
            "object": "list", "data": data, "has_more": false,
            "url": format!("/v1/accounts/{}/external_accounts", self.id),
        })
    }

    pub(crate) fn to_json(&self) -> Value {
        let controls_itself = self.dashboard() == "full";
        let controller = if controls_itself {
            "account"
        } else {
            "application"
        };
        let none = json!({
            "alternatives": [], "current_deadline": null, "currently_due": [],
            "disabled_reason": null, "errors": [], "eventually_due": [], "past_due": [],
            "pending_verification": [],
        });
        json!({
            "id": self.id,
            "object": "account",
            "business_profile": { "mcc": null, "name": null, "support_email": null, "url": null },
            "business_type": null,
            "capabilities": { "card_payments": "active", "transfers": "active" },
            "charges_enabled": self.charges_enabled,
            "controller": { "type": controller, "stripe_dashboard": { "type": self.dashboard() } },
            "country": "US",
            "created": self.created,
            "default_currency": "usd",
            "details_submitted": self.details_submitted,
            "email": self.email,
            "external_accounts": self.external_accounts_json(),
            "future_requirements": none,
            "metadata": {},
            "payouts_enabled": self.payouts_enabled,
            "requirements": self.requirements_json(),
            "settings": {
                "dashboard": { "display_name": null, "timezone": "Etc/UTC" },
                "payouts": {
                    "debit_negative_balances": true,
                    "schedule": self.schedule_json(),
                    "statement_descriptor": null,
                },
            },
            "tos_acceptance": { "date": null, "ip": null, "user_agent": null },
            "type": self.kind,
        })
    }
}
