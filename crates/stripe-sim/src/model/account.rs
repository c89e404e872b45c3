use serde_json::{Value, json};

/// A seller's account or the platform's own account.
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) email: String,
    /// Unix seconds.
    pub(crate) created: i64,
    pub(crate) charges_enabled: bool,
    pub(crate) payouts_enabled: bool,
    pub(crate) details_submitted: bool,
}

impl Account {
    pub(crate) fn to_json(&self) -> Value {
        let due = json!({
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
            "controller": { "type": "account", "stripe_dashboard": { "type": "full" } },
            "country": "US",
            "created": self.created,
            "default_currency": "usd",
            "details_submitted": self.details_submitted,
            "email": self.email,
            "external_accounts": {
                "object": "list", "data": [], "has_more": false,
                "url": format!("/v1/accounts/{}/external_accounts", self.id),
            },
            "future_requirements": due,
            "metadata": {},
            "payouts_enabled": self.payouts_enabled,
            "requirements": due,
            "settings": {
                "dashboard": { "display_name": null, "timezone": "Etc/UTC" },
                "payouts": {
                    "debit_negative_balances": true,
                    "schedule": { "delay_days": 2, "interval": "daily" },
                    "statement_descriptor": null,
                },
            },
            "tos_acceptance": { "date": null, "ip": null, "user_agent": null },
            "type": "standard",
        })
    }
}
