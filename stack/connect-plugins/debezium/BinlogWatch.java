package dev.banyan;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.BinaryLogClient.AbstractLifecycleListener;
import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.binlog.BinlogStreamingChangeEventSource;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import io.debezium.pipeline.ErrorHandler;
import io.debezium.pipeline.EventDispatcher;
import io.debezium.pipeline.signal.actions.SignalAction;
import io.debezium.pipeline.signal.actions.SignalActionProvider;
import io.debezium.pipeline.spi.Partition;
import io.debezium.spi.schema.DataCollectionId;
import java.io.IOException;
import java.util.Map;

/**
 * Lets a task begin again from its stored offset when its connection to the binlog is over, however it ended, and a quiet server say
 * sooner that there is nothing new. It gives no signal action: Debezium asks a provider before streaming begins and hands it the
 * task's coordinator. docs/decisions/0004-position-and-age.md.
 */
public final class BinlogWatch implements SignalActionProvider {
  /** Debezium asks the server for one each 0.8 of the keep-alive, 8 s. */
  private static final long SIGN_OF_LIFE_MS = 2000;

  @Override
  public <P extends Partition> Map<String, SignalAction<P>> createActions(
      EventDispatcher<P, ? extends DataCollectionId> dispatcher,
      ChangeEventSourceCoordinator<P, ?> coordinator,
      CommonConnectorConfig config) {
    Object source = coordinator.getStreamingSource().orElse(null);
    if (source instanceof BinlogStreamingChangeEventSource<?, ?> binlog) watch(binlog.getBinaryLogClient(), coordinator);
    return Map.of();
  }

  private static void watch(BinaryLogClient client, ChangeEventSourceCoordinator<?, ?> coordinator) {
    client.setHeartbeatInterval(SIGN_OF_LIFE_MS);
    ErrorHandler errors = coordinator.getErrorHandler();
    client.registerLifecycleListener(
        new AbstractLifecycleListener() {
          @Override
          public void onDisconnect(BinaryLogClient over) {
            boolean isStopped = !coordinator.new ChangeEventSourceContextImpl().isRunning();
            if (isStopped || errors.getProducerThrowable() != null) return;
            errors.setProducerThrowable(new IOException("The connection to the binlog is over"));
            over.setKeepAlive(false); // One that is connecting just now starts no keep-alive thread that outlives the task.
            try {
              over.disconnect();
            } catch (IOException e) {
              // It is as good as over, and the task's end does this again.
            }
          }
        });
  }
}
