//! Who takes part in the walk, and where.

use serde_json::Value;

use crate::client::{Answer, Client};
use crate::failure::Outcome;

/// The tenant of the walk.
pub(crate) const TENANT: &str = "acme";
/// Its product.
pub(crate) const PRODUCT: &str = "pro";
/// Who buys.
pub(crate) const BUYER: &str = "buyer@example.com";

/// What an outside client needs to know: how to send, and where to.
pub(crate) struct Scene {
    pub(crate) client: Client,
    /// Base address of the server.
    pub(crate) mintage: String,
    /// Base address of the simulator.
    pub(crate) stripe: String,
}

impl Scene {
    /// Looks behind the simulator's scenes.
    ///
    /// # Errors
    /// When it does not answer.
    pub(super) async fn behind_stripe(&self, what: &str) -> Outcome<Vec<Value>> {
        let url = format!("{}/_sim/{what}", self.stripe);
        let seen = Client::silent()
            .get(url)
            .send()
            .await?
            .expect(200)?
            .json()?;
        Ok(seen.as_array().cloned().unwrap_or_default())
    }
}

/// A scene with the management token of its tenant.
pub(crate) struct Seller<'s> {
    pub(crate) scene: &'s Scene,
    pub(crate) token: String,
}

impl Seller<'_> {
    pub(crate) async fn get(&self, path: &str) -> Outcome<Answer> {
        let url = format!("{}{path}", self.scene.mintage);
        self.scene.client.get(url).bearer(&self.token).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Outcome<Answer> {
        let url = format!("{}{path}", self.scene.mintage);
        let request = self.scene.client.post(url).bearer(&self.token);
        request.json(body).send().await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Outcome<Answer> {
        let url = format!("{}{path}", self.scene.mintage);
        let request = self.scene.client.put(url).bearer(&self.token);
        request.json(body).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> Outcome<Answer> {
        let url = format!("{}{path}", self.scene.mintage);
        self.scene
            .client
            .delete(url)
            .bearer(&self.token)
            .send()
            .await
    }

    /// The items of a list that fits on one page.
    pub(crate) async fn list(&self, path: &str) -> Outcome<Vec<Value>> {
        let body = self.get(path).await?.expect(200)?.json()?;
        let items = body["items"].as_array();
        Ok(items.cloned().unwrap_or_default())
    }
}
