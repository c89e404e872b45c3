//! The stand-ins, held to the contracts of the ports that they implement.

mod outbox_mail {
    use mintage_testkit::OutboxMail;

    mintage_testkit::mail_contract!(Box::new(OutboxMail::new()));
}

mod stand_in_stripe {
    use mintage_testkit::StandInStripe;

    mintage_testkit::stripe_contract!(StandInStripe::new());
}

mod stand_in_restricted_stripe {
    use mintage_testkit::StandInRestrictedStripe;

    mintage_testkit::restricted_stripe_contract!(StandInRestrictedStripe::new());
}

mod memory_store {
    use mintage_testkit::MemoryStore;

    mintage_testkit::store_contract!(core: Box::new(MemoryStore::new()));
}

mod two_nodes_on_one_memory_store {
    use std::sync::Arc;

    use mintage_domain::ports::Store;
    use mintage_testkit::MemoryStore;

    fn open() -> Vec<Arc<dyn Store>> {
        let store = Arc::new(MemoryStore::new());
        vec![store.clone(), store]
    }

    mintage_testkit::store_contract!(nodes: open());
}
