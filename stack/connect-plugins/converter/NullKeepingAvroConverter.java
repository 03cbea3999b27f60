package dev.banyan;

import io.apicurio.registry.utils.converter.AvroConverter;
import java.lang.reflect.Field;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/**
 * Apicurio's AvroConverter, but NULL in an optional field that has a default is written as NULL. Apicurio has the switch for it,
 * and no configuration that sets it: docs/decisions/0014-null-is-null.md.
 */
public final class NullKeepingAvroConverter<T> extends AvroConverter<T> {
  /** Throws ConfigException when this version of the converter has no such switch: better no row than a wrong one. */
  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    super.configure(configs, isKey);
    try {
      Object avroData = accessible(AvroConverter.class, "avroData").get(this);
      accessible(avroData.getClass(), "ignoreDefaultForNullables").setBoolean(avroData, true);
    } catch (ReflectiveOperationException | RuntimeException cause) {
      String converter = AvroConverter.class.getProtectionDomain().getCodeSource().getLocation().getPath();
      String version = converter.substring(converter.lastIndexOf('/') + 1);
      throw new ConfigException(version + " is no version whose NULLs can be kept apart from defaults: " + cause);
    }
  }

  private static Field accessible(Class<?> holder, String name) throws NoSuchFieldException {
    Field field = holder.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
