-- 只用 sqlite3 就能重算：  sqlite3 -batch :memory: '.read build.sql' '.read recount.sql'
-- Totals once from the records each number lists (contributions.csv), once straight from the tables for the lines below,
-- against what the program said (months.csv). Amounts are wire units: minutes, g, 分, 1/2000 亩, counts.

CREATE VIEW standing_hours AS
  SELECT * FROM volunteer_hours
  WHERE COALESCE(removed, 0) = 0 AND reverses IS NULL AND COALESCE(approved, 1) <> 0
    AND id NOT IN (SELECT reverses FROM volunteer_hours WHERE reverses IS NOT NULL AND COALESCE(removed, 0) = 0);

-- the same shift entered on two computers counts once; without times nothing says that two rows are the same shift
CREATE VIEW each_shift AS
  SELECT MIN(id) AS id, substr(service_date, 1, 7) AS month, hours
  FROM standing_hours WHERE start IS NOT NULL AND "end" IS NOT NULL
  GROUP BY volunteer, service_date, start, "end", activity, place
  UNION ALL
  SELECT id, substr(service_date, 1, 7), hours FROM standing_hours WHERE start IS NULL OR "end" IS NULL;

CREATE VIEW visits_made AS
  SELECT * FROM visit
  WHERE COALESCE(removed, 0) = 0 AND (mode IS NULL OR mode <> 'home' OR COALESCE(seen_in_person, 1) <> 0);

CREATE VIEW services_given AS SELECT * FROM service WHERE COALESCE(removed, 0) = 0;
CREATE VIEW harvested AS SELECT * FROM harvest WHERE COALESCE(removed, 0) = 0;
CREATE VIEW standing_sales AS
  SELECT * FROM sale
  WHERE COALESCE(removed, 0) = 0 AND reverses IS NULL
    AND id NOT IN (SELECT reverses FROM sale WHERE reverses IS NOT NULL AND COALESCE(removed, 0) = 0);

CREATE VIEW from_tables(month, key, amount) AS
  SELECT month, 'F01', COUNT(*) FROM (
    SELECT DISTINCT substr(service_date, 1, 7) AS month, activity, service_date, place FROM standing_hours) GROUP BY month
  UNION ALL SELECT month, 'F02', COUNT(*) FROM each_shift GROUP BY month
  UNION ALL SELECT substr(h.service_date, 1, 7), 'F03', COUNT(DISTINCT COALESCE(v.resident, h.volunteer))
    FROM standing_hours h LEFT JOIN volunteer v ON v.id = h.volunteer AND COALESCE(v.removed, 0) = 0 GROUP BY 1
  UNION ALL SELECT month, 'F04', SUM(hours) FROM each_shift GROUP BY month
  UNION ALL SELECT substr(visit_at, 1, 7), 'C02', COUNT(*) FROM visits_made GROUP BY 1
  UNION ALL SELECT substr(visit_at, 1, 7), 'C07', COUNT(*) FROM visits_made WHERE abnormal = 1 GROUP BY 1
  UNION ALL SELECT substr(service_date, 1, 7), 'E01', COUNT(*) FROM services_given GROUP BY 1
  UNION ALL SELECT substr(service_date, 1, 7), 'E02', COUNT(DISTINCT beneficiary) FROM services_given GROUP BY 1
  UNION ALL SELECT substr(harvested_on, 1, 7), 'G06', SUM(weight) FROM harvested GROUP BY 1
  UNION ALL SELECT substr(harvested_on, 1, 7), 'G09', SUM(donated) FROM harvested GROUP BY 1
  UNION ALL SELECT substr(sold_on, 1, 7), 'G07', SUM(amount) FROM standing_sales GROUP BY 1
  UNION ALL SELECT substr(paid_on, 1, 7), 'G08', SUM(paid) FROM standing_sales GROUP BY 1;

CREATE VIEW recounted AS
  SELECT m.month, m.key, m.title, m.amount AS stated, COALESCE(c.amount, 0) AS from_records,
         CASE WHEN m.key IN ('F01','F02','F03','F04','C02','C07','E01','E02','G06','G07','G08','G09')
              THEN COALESCE(t.amount, 0) END AS from_tables
  FROM months m
  LEFT JOIN (SELECT month, key, SUM(amount) AS amount FROM contributions GROUP BY month, key) c USING (month, key)
  LEFT JOIN from_tables t USING (month, key);

.mode column
.headers on
SELECT month, key, title, stated, from_records, from_tables,
       CASE WHEN stated = from_records AND (from_tables IS NULL OR stated = from_tables) THEN '一致' ELSE '不一致' END AS result
FROM recounted WHERE stated <> 0 OR from_records <> 0 OR from_tables <> 0 ORDER BY month, key;
.headers off
SELECT COUNT(*) || ' 个数字，' || SUM(stated <> from_records OR (from_tables IS NOT NULL AND stated <> from_tables)) || ' 个不一致' FROM recounted;
