//! OAuth rounds of tenants.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::model::stripe::oauth_round::OAuthRound;

use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::{each_comes_back, each_overwrites};
use crate::fixtures::Shop;

/// OAuth rounds of both modes, open and used, read back unchanged.
pub fn an_oauth_round_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    for mode in Mode::ALL {
        let open = OAuthRound {
            mode,
            ..shop.oauth_round()
        };
        let used = OAuthRound {
            used: true,
            browser: Some(SecretHash::of("browser")),
            ..open.clone()
        };
        each_overwrites(store, &shop, |it| &mut it.oauth_rounds, [open, used]);
        let begun = OAuthRound {
            mode,
            begun_by: Some(shop.management_token().id),
            ..shop.oauth_round()
        };
        each_comes_back(store, &shop, |it| &mut it.oauth_rounds, [begun]);
    }
}
