// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.inboard.call.Printable;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Writes status records as JSON, by their components' names; a URL in them without its secrets. For
 * the slow path only.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /**
   * The JSON text of records, maps, collections, optionals and scalars; others by their toString.
   * The largest int and long mean "no limit" and are written as null; instants end at seconds.
   */
  public static String of(Object value) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      write(json, value);
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("a status record cannot be written: " + e, e);
    }
    return out.toString();
  }

  private static void write(JsonGenerator json, Object value)
      throws IOException, ReflectiveOperationException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Optional<?> optional) {
      write(json, optional.orElse(null));
    } else if (value instanceof Record record) {
      json.writeStartObject();
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        json.writeFieldName(component.getName());
        write(json, read(component, record));
      }
      json.writeEndObject();
    } else if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName(String.valueOf(entry.getKey()));
        write(json, entry.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof Collection<?> values) {
      json.writeStartArray();
      for (Object element : values) {
        write(json, element);
      }
      json.writeEndArray();
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value.equals(Integer.MAX_VALUE) || value.equals(Long.MAX_VALUE)) {
      // "No limit" is written as null: the number that stands for it means nothing to other
      // programs.
      json.writeNull();
    } else if (value instanceof Integer || value instanceof Long) {
      json.writeNumber(((Number) value).longValue());
    } else if (value instanceof Instant instant) {
      json.writeString(instant.truncatedTo(ChronoUnit.SECONDS).toString());
    } else if (value instanceof Number number) {
      json.writeNumber(number.doubleValue());
    } else {
      json.writeString(Printable.urlsIn(value.toString()));
    }
  }

  private static Object read(RecordComponent component, Record record)
      throws InvocationTargetException, IllegalAccessException {
    component.getAccessor().setAccessible(true);
    return component.getAccessor().invoke(record);
  }
}
