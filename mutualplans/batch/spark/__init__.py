"""Batches inside Apache Spark, for data that no longer fit one machine; needs the extra ``mutualplans[spark]``."""

from mutualplans.batch.spark.job import Assessed, assess_frames
from mutualplans.batch.spark.session import session, spark_errors
from mutualplans.batch.spark.worker import OUTCOME, Form

__all__ = ["OUTCOME", "Assessed", "Form", "assess_frames", "session", "spark_errors"]
