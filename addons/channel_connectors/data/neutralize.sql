-- A copy of the database must not talk to the shops: it would sell, ship and refund there, and
-- each refresh token it used up would cut the original off.
UPDATE sales_channel
   SET client_secret_stored = NULL,
       client_secret_previous_stored = NULL,
       access_token_stored = NULL,
       webhook_token = NULL,
       use_webhooks = FALSE,
       auto_import = FALSE;
UPDATE sales_channel_account
   SET token = NULL, fingerprint = NULL, refresh_token = NULL, refresh_app = NULL;
