DROP TABLE need_indicators;
DROP TABLE need_indicator_loads;
