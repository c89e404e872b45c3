drop index api_keys_newest;
