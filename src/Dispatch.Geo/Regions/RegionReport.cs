namespace Dispatch.Geo.Regions;

/// <summary>Collects what is wrong while a file is read, and remembers which feature is being read.</summary>
internal sealed class RegionReport(int mostFaults)
{
    private readonly List<RegionFault> faults = [];
    private readonly List<RegionFault> warnings = [];
    private readonly HashSet<string> warnedOf = [];
    private int faultsBefore;

    /// <summary>Of the feature being read, from 0.</summary>
    public int Feature { get; private set; } = -1;

    public string Code { get; set; } = "";

    public bool FeatureIsFaulty => faults.Count > faultsBefore;

    public void Begin() => (Feature, Code, faultsBefore) = (Feature + 1, "", faults.Count);

    public void Fault(string field, string message, string messageEn) => faults.Add(new(null, "", field, message, messageEn));

    public void FeatureFault(string field, string message, string messageEn) => faults.Add(new(Feature, Code, field, message, messageEn));

    public void Warn(string field, string message, string messageEn) => warnings.Add(new(Feature, Code, field, message, messageEn));

    /// <summary>Once per field in a file: exports carry the same further columns in every feature.</summary>
    public void WarnOnce(string field, string message, string messageEn)
    {
        if (warnedOf.Count < 50 && warnedOf.Add(field))
        {
            Warn(field, message, messageEn);
        }
    }

    public RegionFile File(IReadOnlyList<RegionFeature> features)
    {
        var further = faults.Count - mostFaults;
        if (further > 0)
        {
            faults.RemoveRange(mostFaults, further);
            Fault("$", $"另有 {further} 处错误未列出", $"and {further} more faults");
        }

        return new RegionFile(features, faults, warnings);
    }
}
