package io.mman.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;

/** Random sequences of changes, commits, rollbacks and reopenings, beside a {@code TreeMap}. */
class PageStoreProperties {
  private static PageStoreModel open;
  private static Path path;

  @Property(tries = 30, shrinking = ShrinkingMode.BOUNDED)
  void aStoreDoesWhatAMapDoes(@ForAll("chains") ActionChain<PageStoreModel> chain) {
    chain.run();
  }

  @Provide
  static Arbitrary<ActionChain<PageStoreModel>> chains() {
    return ActionChain.startWith(PageStoreProperties::open)
        .withAction(6, action(change()))
        .withAction(2, action(deleteFrom()))
        .withAction(1, action(scan()))
        .withAction(2, action(named("commit", PageStoreModel::commit)))
        .withAction(1, action(named("rollback", PageStoreModel::rollback)))
        .withAction(1, action(named("reopen", PageStoreModel::reopen)))
        .withMaxTransformations(30);
  }

  private static PageStoreModel open() {
    close(); // of the same try, which is being shrunk
    try {
      path = Files.createTempFile("page-store", ".bin");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open = new PageStoreModel(path);
    return open;
  }

  @AfterTry
  void closeOpen() {
    close();
  }

  private static void close() {
    PageStoreModel model = open;
    open = null;
    if (model != null) {
      model.close();
      try {
        Files.delete(path);
        Files.delete(Path.of(path + ".journal"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Action.Independent<PageStoreModel> action(
      Arbitrary<Transformer<PageStoreModel>> transformers) {
    return () -> transformers;
  }

  private static Arbitrary<Transformer<PageStoreModel>> named(
      String name, Consumer<PageStoreModel> step) {
    return Arbitraries.just(Transformer.mutate(name, step));
  }

  private static Arbitrary<Transformer<PageStoreModel>> change() {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.integers().between(1, 400),
            Arbitraries.of(3, 60, 3000),
            Arbitraries.of(1, 5, 9, 10))
        .as(
            (seed, count, keys, puts) ->
                Transformer.mutate(
                    "change " + seed + " " + count + " " + keys + " " + puts,
                    model -> {
                      model.change(seed, count, keys, puts);
                      model.check();
                    }));
  }

  private static Arbitrary<Transformer<PageStoreModel>> deleteFrom() {
    return Combinators.combine(number(), Arbitraries.integers().between(-400, 400))
        .as(
            (number, count) ->
                Transformer.mutate(
                    "deleteFrom " + number + " " + count,
                    model -> {
                      model.deleteFrom(number, count);
                      model.check();
                    }));
  }

  private static Arbitrary<Transformer<PageStoreModel>> scan() {
    return number().map(n -> Transformer.mutate("scan " + n, model -> model.checkFrom(n)));
  }

  private static Arbitrary<Integer> number() {
    return Arbitraries.integers().between(0, 2999);
  }
}
