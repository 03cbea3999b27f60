package dev.banyan;

import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Writes into Debezium's heartbeats how far the connector has come: the GTIDs of the transactions whose records are all in front of
 * it. Everybody else leaves them out: docs/decisions/0004-position-and-age.md.
 */
public final class HeartbeatPosition<R extends ConnectRecord<R>> implements Transformation<R> {
  private static final String PREFIX = "topic.heartbeat.prefix";
  private static final Schema SCHEMA =
      SchemaBuilder.struct()
          .name("io.debezium.connector.common.Heartbeat")
          .field("ts_ms", Schema.INT64_SCHEMA)
          .field("gtids", Schema.OPTIONAL_STRING_SCHEMA)
          .build();
  private String prefix;

  @Override
  public void configure(Map<String, ?> configs) {
    prefix = (String) config().parse(configs).get(PREFIX) + ".";
  }

  @Override
  public R apply(R record) {
    if (!(record instanceof SourceRecord source) || !record.topic().startsWith(prefix)) return record;
    if (!(record.value() instanceof Struct heartbeat)) return record;
    Struct value = new Struct(SCHEMA).put("ts_ms", heartbeat.getInt64("ts_ms")).put("gtids", position(source.sourceOffset()));
    return record.newRecord(
        record.topic(), record.kafkaPartition(), record.keySchema(), record.key(), SCHEMA, value, record.timestamp());
  }

  /** Null in a snapshot: its rows are not all there yet. Debezium's offset has "gtids" of whole transactions alone. */
  private static String position(Map<String, ?> offset) {
    return offset == null || offset.containsKey("snapshot") ? null : (String) offset.get("gtids");
  }

  @Override
  public ConfigDef config() {
    return new ConfigDef()
        .define(PREFIX, ConfigDef.Type.STRING, "__debezium-heartbeat", ConfigDef.Importance.LOW, "As the connector has it.");
  }

  @Override
  public void close() {}
}
