# The worker as Strimzi's operator starts it: Strimzi's own image of Kafka, with the plugins of ours. It stands beside the KafkaConnect
# that names it, and not in cdc-connectors/, as it is of no use to anybody else.
ARG WORKER=registry.example/banyan/connect:0.1.0
FROM ${WORKER} AS worker
FROM quay.io/strimzi/kafka:1.2.0-kafka-4.2.1
COPY --from=worker /opt/connect/plugins/ /opt/kafka/plugins/
