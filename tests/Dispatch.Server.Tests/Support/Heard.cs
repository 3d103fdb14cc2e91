using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Support;

/// <summary>Everything one node measures from now on, by instrument.</summary>
internal sealed class Heard : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(double Value, KeyValuePair<string, object?>[] Tags)>> measured = new();

    public Heard(TestNode node)
    {
        var own = node.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Scope == own && instrument.Meter.Name == "Dispatch")
            {
                Instruments[instrument.Name] = instrument;
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.Start();
    }

    public ConcurrentDictionary<string, Instrument> Instruments { get; } = new();

    public IEnumerable<KeyValuePair<string, object?>> Tags => measured.Values.SelectMany(each => each).SelectMany(each => each.Tags);

    public IReadOnlyList<double> Values(string instrument) => measured.TryGetValue(instrument, out var values) ? [.. values.Select(each => each.Value)] : [];

    public double Sum(string instrument) => Values(instrument).Sum();

    /// <summary>What a gauge says now, for this kind when it has kinds.</summary>
    public double Gauge(string instrument, string? kind = null)
    {
        listener.RecordObservableInstruments();
        return measured.TryGetValue(instrument, out var values)
            ? values.Last(each => kind is null || each.Tags.Any(tag => Equals(tag.Value, kind))).Value
            : double.NaN;
    }

    public void Dispose() => listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        measured.GetOrAdd(instrument.Name, _ => new()).Enqueue((value, tags.ToArray()));
}
