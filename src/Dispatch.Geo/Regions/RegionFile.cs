using NetTopologySuite.Geometries;

namespace Dispatch.Geo.Regions;

/// <summary>
/// What one feature of an import says about one region; the boundary is WGS-84, whatever the file's datum was. A null boundary leaves the one
/// that is there. Parents may be in the file or in the tree already: the comparison with the tree decides that.
/// </summary>
public sealed record RegionFeature(
    int Feature, string Code, string Name, string? NameEn, RegionLevel Level, string LevelName, string? Parent, bool HasAuthority, string TimeZone, MultiPolygon? Boundary);

/// <summary>
/// One thing wrong with an import. <paramref name="Feature"/> counts from 0, null for the file as a whole; <paramref name="Code"/> is empty when
/// the feature has none that can be read.
/// </summary>
public sealed record RegionFault(int? Feature, string Code, string Field, string Message, string MessageEn);

/// <summary>A read import: every fault at once, and the features without one. With faults nothing of it may be written.</summary>
public sealed record RegionFile(IReadOnlyList<RegionFeature> Features, IReadOnlyList<RegionFault> Faults, IReadOnlyList<RegionFault> Warnings);
