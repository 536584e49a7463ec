DROP TABLE assessment_frameworks;
