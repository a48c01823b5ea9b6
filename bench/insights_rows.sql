-- Events $first to $end (exclusive) of `insights_data`: columns of the warehouse, content as JSON text.
-- Every fifth person was somebody else before it was known: the number one index on, with half of its events.
SELECT
    ((p * 20 // 50) << 26) | ((p * 20 % 50 + (p % 5 = 0 AND h % 2 = 0)::BIGINT) << 9) | $partition AS person,
    $partition::INTEGER AS "partition", i // 50 AS "offset", (i % 50)::INTEGER AS "index",
    micros AS id_time, '7000a1b2c3d4e5f60718' AS id_low, 0::BIGINT AS id_ahead, make_timestamp(micros) AS occurred_at,
    'default' AS workspace, ['scribe', 'klaviyo', 'flywheel', 'successeve', 'octeth'][d + 1] AS dialect,
    CASE WHEN d < 3 THEN 'track' ELSE 'page' END AS kind,
    CASE d
        WHEN 0 THEN ['page_viewed', 'signup', 'feature_used'][h // 2 % 3 + 1]
        WHEN 1 THEN ['Viewed Product', 'Added to Cart', 'Placed Order', 'Opened Email'][h // 2 % 4 + 1]
        WHEN 2 THEN ['user_signup', 'product_purchased'][h // 2 % 2 + 1]
        WHEN 3 THEN 'pageview' ELSE 'pageView' END AS name,
    'key-' || (d + 1) AS key_id,
    CASE WHEN d IN (2, 3) OR d = 0 AND p % 3 > 0 OR d = 1 AND p % 2 = 1 THEN 'user-' || p END AS user_id,
    CASE WHEN d = 0 THEN 'anon-' || p || '-' || (h // 8 % 2) END AS anonymous_id,
    CASE WHEN d IN (1, 4) THEN 'person' || p || '@example.com' END AS email,
    NULL::VARCHAR AS phone,
    CASE WHEN d = 3 THEN 'account-' || (p // 10) END AS account_id,
    CASE WHEN d = 4 THEN '94' END AS list_id,
    CASE WHEN d = 1 THEN CASE WHEN p % 4 = 0 THEN 'EUR' ELSE 'USD' END END AS currency,
    CASE WHEN d = 1 AND h // 2 % 4 = 2 THEN 'order-' || i END AS order_id,
    NULL::VARCHAR AS click_id,
    CASE WHEN d < 3 THEN ['evt-', 'order-', 'fly-'][d + 1] || i END AS source_id,
    CASE WHEN d = 1 THEN (cents / 100)::DECIMAL(38, 9) END AS value,
    NULL::VARCHAR AS value_exact,
    CASE WHEN d = 1 AND h // 32 % 4 = 0 THEN json_object('first_name', 'Ada', 'city',
        ['Berlin', 'Rome', 'Oslo'][p % 3 + 1])::VARCHAR END AS traits,
    CASE d
        WHEN 0 THEN json_object('path', '/p' || (h // 64 % 9), 'plan', ['free', 'pro'][h // 16 % 2 + 1], 'utm_source',
            ['google', 'newsletter', 'linkedin', 'direct', 'partner'][h // 128 % 5 + 1])
        WHEN 1 THEN json_object('ProductID', 'sku-' || (h // 64 % 200), 'Price', (cents / 100)::DOUBLE,
            'Items', [{'q': 1, 'sku': 'a'}])
        WHEN 2 THEN json_object('source', 'website', 'plan', 'premium', 'price', h // 64 % 89 + 10, 'ok', true)
        WHEN 3 THEN json_object('account_uid', 'account-' || (p // 10),
            'visit_url', 'https://shop.example/p' || (h // 64 % 9))
        ELSE json_object('$browser', 'Firefox', '$os', 'Linux', 'url', '/p' || (h // 64 % 9), '$screen_width', 1280)
    END::VARCHAR AS properties,
    CASE d WHEN 0 THEN '{"user_agent":"Mozilla/5.0","ip":"127.0.0.1"}'
        WHEN 1 THEN '{"revision":"2024-10-15","ip":"127.0.0.1"}' ELSE '{"ip":"127.0.0.1"}' END AS context
FROM (
    SELECT
        i, $start::BIGINT + i * $step::BIGINT AS micros,
        (hash(i, 1) // 16)::BIGINT AS h, (hash(i, 2) % 5)::BIGINT AS d, (500 + hash(i, 3) % 19500)::BIGINT AS cents,
        least((-ln((hash(i, 4) % 1000003 + 1) / 1000004.0) / 4.0 * $crowd)::BIGINT, $crowd::BIGINT - 1) AS p
    FROM range($first, $end) AS r(i))
