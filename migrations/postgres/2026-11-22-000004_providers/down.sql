DROP TABLE provider_sources;
DROP TABLE provider_languages;
DROP TABLE provider_regions;
DROP TABLE providers;
